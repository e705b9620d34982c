//! Counts over all pipelines of a replay: each kill begins another.

use event_model::Source;

use crate::pipeline::{CaptureCounts, Pipeline, SourceCounts};

/// What was read and made so far.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) counts: CaptureCounts,
    pub(super) read: SourceCounts,
}

impl Totals {
    pub(super) fn add(&mut self, pipeline: &Pipeline, source: Source) {
        let CaptureCounts { captured, appended, already_known, not_saved, lost } =
            pipeline.counts();
        self.counts.captured += captured;
        self.counts.appended += appended;
        self.counts.already_known += already_known;
        self.counts.not_saved += not_saved;
        self.counts.lost += lost;
        let Some(read) = pipeline.sources().get(&source) else { return };
        self.read.frames += read.frames;
        self.read.frames_skipped += read.frames_skipped;
        self.read.unreadable += read.unreadable;
        self.read.faults += read.faults;
        self.read.events += read.events;
        self.read.drift.merge(&read.drift);
        if read.last_unreadable.is_some() {
            self.read.last_unreadable.clone_from(&read.last_unreadable);
        }
    }
}
