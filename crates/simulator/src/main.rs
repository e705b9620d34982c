//! The binary `ringside-sim`.

use std::{io::IsTerminal, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use boot_clock::BootClock;
use clap::Parser;
use simulator::{
    Announcement, Length,
    args::{Command, CommandLine, ServeArgs},
    crowd_command::crowd,
    grid::{GridArgs, grid},
    serve, write_match,
};
use tokio::sync::mpsc;

/// More announcements than a show has.
const ANNOUNCEMENTS: usize = 8;

/// The exit code for a port or file that cannot be had.
const ENVIRONMENT: u8 = 4;

fn main() -> ExitCode {
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(is_terminal).init();
    let done = match CommandLine::parse().command {
        Command::Match(args) => {
            write_match(args.seed, args.game, Length::seconds(args.seconds), &args.out)
        }
        Command::Serve(args) => play(*args),
        Command::Crowd(args) => crowd(&args, &BootClock::new()).map(|text| tell(&text)),
        Command::Grid(args) => return measure(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => environment(&error),
    }
}

fn environment(error: &anyhow::Error) -> ExitCode {
    tracing::error!(error = format!("{error:#}"), "The show cannot go on");
    ExitCode::from(ENVIRONMENT)
}

#[expect(clippy::print_stdout, reason = "the figures are what was asked for")]
fn tell(text: &str) {
    println!("{text}");
}

fn measure(args: &GridArgs) -> ExitCode {
    match grid(args, tell) {
        Ok(outcome) if !outcome.unlisted.is_empty() => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => environment(&error),
    }
}

fn play(args: ServeArgs) -> Result<()> {
    let show = args.show()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(async {
        let (announcements, mut announced) = mpsc::channel(ANNOUNCEMENTS);
        let telling = async {
            while let Some(announcement) = announced.recv().await {
                say(&announcement);
            }
        };
        let clock = Arc::new(BootClock::new());
        let (played, ()) = tokio::join!(serve(show, clock, announcements), telling);
        played.map(drop)
    })
}

#[expect(clippy::print_stdout, reason = "these lines are what a parent process waits for")]
fn say(announcement: &Announcement) {
    match announcement {
        Announcement::League { port } => println!("league https://127.0.0.1:{port}"),
        Announcement::Cs2 { url } => println!("cs2 {url}"),
        Announcement::Dota2 { url } => println!("dota2 {url}"),
        Announcement::RocketLeague { port } => println!("rocket-league 127.0.0.1:{port}"),
        Announcement::Valorant { url } => println!("valorant {url}"),
        Announcement::Logs { folder } => println!("logs {}", folder.display()),
        Announcement::Ready => println!("ready"),
    }
}
