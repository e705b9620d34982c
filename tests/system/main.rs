//! The stories a player, a tester and an operator live, through real processes.
