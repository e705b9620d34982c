//! Says what became of a damaged upload queue.

use companion::outbox::Salvaged;

const MIB: u64 = 1024 * 1024;

/// What happened, what it means for the player's events, and what to do.
pub(crate) fn text(salvaged: &Salvaged) -> String {
    let Salvaged { set_aside, events, unreadable, under_way, files, bytes } = salvaged;
    let mut lines = vec![format!(
        "the upload queue's file was damaged and is set aside as {}",
        set_aside.display()
    )];
    lines.push(if *under_way {
        format!("  {events} events of it went on so far; Ringside goes on reading while it runs")
    } else {
        format!("  {events} events of it went on in a new file")
    });
    if *events > 0 {
        lines.push("  some of them may be sent twice: the server stores each once".to_owned());
    }
    if *unreadable > 0 {
        lines.push(format!(
            "  {unreadable} could not be read: they are lost, and the server is told"
        ));
    }
    let room = bytes.div_ceil(MIB);
    let what = match files {
        1 => format!("the file ({room} MiB)"),
        more => format!("the {more} files that were set aside ({room} MiB)"),
    };
    if !under_way {
        lines.push(format!("  nothing is to be done; Ringside does not need {what} any more"));
    }
    if *files > 1 {
        lines.push("  it happened more than once: this disk may be failing".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salvaged() -> Salvaged {
        let set_aside = "outbox.sqlite.damaged-1".into();
        Salvaged { set_aside, events: 40, unreadable: 0, under_way: false, files: 1, bytes: 9 }
    }

    #[test]
    fn a_whole_salvage_asks_for_nothing() {
        let text = text(&salvaged());
        assert!(text.contains("outbox.sqlite.damaged-1") && text.contains("40 events"), "{text}");
        assert!(text.contains("nothing is to be done") && !text.contains("lost"), "{text}");
    }

    #[test]
    fn lost_events_are_named() {
        let text = text(&Salvaged { unreadable: 3, ..salvaged() });
        assert!(text.contains("3 could not be read"), "{text}");
    }

    #[test]
    fn a_file_that_is_still_needed_is_not_given_away() {
        let text = text(&Salvaged { under_way: true, ..salvaged() });
        assert!(text.contains("so far") && !text.contains("does not need"), "{text}");
    }

    #[test]
    fn a_disk_that_damages_more_than_one_file_is_suspect() {
        let text = text(&Salvaged { files: 2, ..salvaged() });
        assert!(text.contains("2 files") && text.contains("failing"), "{text}");
    }
}
