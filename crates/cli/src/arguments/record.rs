//! The command line of `ringside record`.

use std::{path::PathBuf, time::Duration};

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use companion::{Game, RecordOptions, event_model::Kind};

use super::{
    DataDirArgument,
    games::{self, GamesArguments},
    time,
};

/// What `record --help` ends with.
const EXAMPLES: &str = "\
Each game that says something gets a file of its own. A line on stdin is put into the files \
that are being written, as a mark. Nothing is kept as events, nothing is sent, and a Ringside \
that runs beside it is left alone; but where both listen for one game, the second to come hears \
nothing and says so. Exit code 1 where no game said anything.

One match of Counter-Strike, to its end:
  ringside record --game cs2 --until match_ended
Whatever is played in the next hour and a half:
  ringside record --out recordings --seconds 1:30:00";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecordArguments {
    /// The folder to write into; the current one where not named
    #[arg(long, short, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Only this game, whether the settings have it on or not; may be given more than once
    #[arg(long = "game", value_name = "GAME", value_parser = games::game())]
    only: Vec<Game>,
    /// End after this time instead of at Ctrl-C: 90, 1:30 or 1:02:03
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) seconds: Option<Duration>,
    /// End with the first event of this kind, whichever game it is of
    #[arg(long, value_name = "KIND", value_parser = kind(), hide_possible_values = true)]
    until: Option<Kind>,
    #[command(flatten)]
    data_dir: DataDirArgument,
    #[command(flatten)]
    games: GamesArguments,
    /// Print what was written as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl RecordArguments {
    /// What is asked for.
    pub(crate) fn options(self) -> RecordOptions {
        RecordOptions {
            data_dir: self.data_dir.data_dir,
            games: self.games.options(),
            only: self.only.into_iter().collect(),
            folder: self.out,
            until: self.until,
        }
    }
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    let kinds = || Kind::ALL.into_iter().filter(|kind| *kind != Kind::SequenceGap);
    PossibleValuesParser::new(kinds().map(|kind| PossibleValue::new(kind.as_str())))
        .map(move |word| kinds().find(|kind| kind.as_str() == word).expect("a possible value"))
}
