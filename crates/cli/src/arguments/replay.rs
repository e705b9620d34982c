//! The command line of `ringside replay`.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use companion::{Section, Speed, recording::At};

use super::{DataDirArgument, ServerArguments, time};

#[derive(Args)]
pub(crate) struct ReplayArguments {
    /// A recording, or any file that can be imported
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// How fast: times the recorded pace, or `max`, which does not wait
    #[arg(long, value_name = "N|max", default_value = "max", value_parser = speed)]
    pub(crate) speed: Speed,
    /// Begin there: 90, 1:30, 1:02:03.5, 500ms, or the text of a mark. What lies before is read, so that the
    /// events are the same as in the whole, and makes none itself
    #[arg(long, value_name = "TIME|MARK")]
    from: Option<At>,
    /// End there, with the last entry of that time
    #[arg(long, value_name = "TIME")]
    to: Option<At>,
    /// End at this mark, or like --to
    #[arg(long, value_name = "MARK|TIME", conflicts_with = "to")]
    until: Option<At>,
    /// Do wrong what this number decides: to frames, clocks and the process, and to requests
    /// where a server is named; and check what must hold all the same. Without --data-dir in a
    /// folder that is gone afterwards
    #[arg(long, value_name = "SEED")]
    pub(crate) faults: Option<u64>,
    /// Write the events, as they would be sent, one a line
    #[arg(long, value_name = "OUT.ndjson")]
    pub(crate) events: Option<PathBuf>,
    /// Compare the events with those in this file, which --events or --bless wrote; exit code 1
    /// where they differ
    #[arg(long, value_name = "GOLDEN", conflicts_with = "faults")]
    pub(crate) expect: Option<PathBuf>,
    /// Write the events to the file of --expect instead, and say what changed there
    #[arg(long, requires = "expect")]
    pub(crate) bless: bool,
    /// Exit code 1 where anything is unknown: a frame that cannot be read, a name, a torn end
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write a page that shows each frame, its events, what their ids were made of, and what was
    /// sent
    #[arg(long, value_name = "OUT.html")]
    pub(crate) trace: Option<PathBuf>,
    /// Print the report in this form
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) report: ReportForm,
    /// The same as --report json
    #[arg(long, conflicts_with = "report")]
    json: bool,
    /// Give up where the upload makes no progress for so long (exit code 4)
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = time)]
    pub(crate) drain_timeout: Duration,
}

impl ReplayArguments {
    /// The part that is asked for.
    pub(crate) fn section(&self) -> Section {
        let until = self.until.as_ref().or(self.to.as_ref());
        Section { from: self.from.clone(), until: until.cloned() }
    }

    pub(crate) fn form(&self) -> ReportForm {
        if self.json { ReportForm::Json } else { self.report }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// For a person
    Text,
    /// One line of JSON
    Json,
    /// XML for continuous integration
    Junit,
}

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    text.trim_end_matches(['x', '×'])
        .parse()
        .ok()
        .filter(|times: &f64| times.is_finite() && *times > 0.0)
        .map(Speed::Times)
        .ok_or_else(|| "expected a number above 0, or max".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_factor_or_max() {
        assert_eq!(speed("max"), Ok(Speed::Max));
        assert_eq!(speed("10x"), Ok(Speed::Times(10.0)));
        for wrong in ["0", "-1", "NaN", "inf", "fast", ""] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
