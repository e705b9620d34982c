//! What is written of a crowd is what it sends, and played straight in.

use std::collections::BTreeSet;

use boot_clock::BootClock;
use event_model::CloudEvent;
use simulator::{
    TRUTH_FILE,
    crowd::{Crowd, CrowdPlan, RuleSet, device_file},
    crowd_command::{CrowdArgs, crowd},
};

use super::of;

#[test]
fn the_files_of_a_crowd_are_its_reports_on_the_wire_and_its_truth() {
    let plan = CrowdPlan { two_streams: 1, liars: 1, ..CrowdPlan::of_game(1, RuleSet::League) };
    let crowd = Crowd::of(&plan);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made/when/missing");
    crowd.write(&out).unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&read(TRUTH_FILE)).unwrap();
    let mut written = 0;
    for device_no in 0..11 {
        let text = read(&device_file(device_no));
        assert_eq!(text.lines().count(), of(&crowd, device_no).len());
        for (line, sent) in text.lines().zip(of(&crowd, device_no)) {
            let event = CloudEvent::parse(&serde_json::from_str(line).unwrap()).unwrap();
            let data = event.event_data().unwrap();
            assert_eq!(event.kind(), Some(sent.told.kind));
            assert_eq!(event.device(), Some(sent.told.device));
            assert_eq!(
                (event.sequence, event.time),
                (Some(sent.told.sequence), Some(sent.told.time))
            );
            assert_eq!(event.observed(), Some(sent.told.observed));
            assert_eq!((&data.actors, &data.ordinal), (&sent.told.actors, &sent.told.ordinal));
            written += 1;
        }
    }
    assert_eq!(written, crowd.sent.len());
    assert_eq!(truth["happened"].as_array().unwrap().len(), crowd.happened.len());
    for (report, sent) in truth["reports"].as_array().unwrap().iter().zip(&crowd.sent) {
        let happening = report["happening"].as_u64().map(|no| usize::try_from(no).unwrap());
        assert_eq!((report["id"].as_str(), happening), (Some(&*sent.told.event_id), sent.truth));
        assert_eq!(report["file"], device_file(sent.device_no));
    }
}

#[test]
fn a_cell_s_crowds_are_played_straight_into_association_or_written() {
    let args =
        |cell: &str, matches, write| CrowdArgs { cell: cell.to_owned(), seed: 3, matches, write };
    let said = crowd(&args("CS2", 2, None), &BootClock::new()).unwrap();
    assert!(said.starts_with("2 matches, ") && said.contains(" matches a minute"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_owned();
    crowd(&args("2 devices", 2, Some(out.clone())), &BootClock::new()).unwrap();
    let seeds: BTreeSet<u64> = ["3", "4"]
        .map(|seed| {
            let truth = std::fs::read_to_string(out.join(seed).join(TRUTH_FILE)).unwrap();
            serde_json::from_str::<serde_json::Value>(&truth).unwrap()["seed"].as_u64().unwrap()
        })
        .into();
    assert_eq!(seeds, BTreeSet::from([3, 4]));
    assert!(crowd(&args("no such cell", 1, None), &BootClock::new()).is_err());
}
