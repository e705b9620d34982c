//! What a program and the processes that it started take: memory and work.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};

/// Ticks a second in `/proc/<pid>/stat`: a constant of Linux on every machine
/// that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Threads of Mesa that draw where there is no graphics card.
const DRAWS_BY_SOFTWARE: &str = "llvmpipe-";

/// WebKitGTK's process for the pages, as far as the kernel keeps its name.
const DRAWS_PAGES: &str = "WebKitWeb";

/// A program and everything below it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    root: u32,
}

/// Proportional set sizes in KiB.
///
/// A page that is shared by several processes counts in each by its part, so that
/// their sum is what the machine lacks for them. Resident sizes count a page of a
/// library once a process, and there are several that have the same libraries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// The program itself.
    pub(crate) app_kib: u64,
    /// Processes that draw pages.
    pub(crate) pages_kib: u64,
    /// The other ones: the web view's for the network.
    pub(crate) other_kib: u64,
    /// How many processes draw pages.
    pub(crate) page_processes: u32,
}

/// Seconds of user and system time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Work {
    /// All of it.
    pub(crate) all_s: f64,
    /// What a graphics card would have done.
    pub(crate) drawing_s: f64,
}

impl Work {
    /// What was done since `earlier`, for each of `minutes`.
    pub(crate) fn a_minute_since(self, earlier: Self, minutes: f64) -> Self {
        Self {
            all_s: (self.all_s - earlier.all_s) / minutes,
            drawing_s: (self.drawing_s - earlier.drawing_s) / minutes,
        }
    }
}

impl Memory {
    /// All of it.
    pub(crate) fn total_kib(self) -> u64 {
        self.app_kib + self.pages_kib + self.other_kib
    }
}

/// KiB as MiB.
pub(crate) fn mib(kib: u64) -> f64 {
    // Below 2^53.
    kib as f64 / 1024.0
}

impl Tree {
    /// Of this process.
    pub(crate) fn of(root: u32) -> Self {
        Self { root }
    }

    /// What it takes of the machine's memory now.
    pub(crate) fn memory(self) -> Result<Memory> {
        let mut memory = Memory::default();
        for pid in self.processes()? {
            // Whoever ended meanwhile takes none.
            let Ok(rollup) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else {
                continue;
            };
            let pss = pss_kib(&rollup).with_context(|| format!("no Pss of {pid}"))?;
            if pid == self.root {
                memory.app_kib += pss;
            } else if draws_pages(pid) {
                memory.pages_kib += pss;
                memory.page_processes += 1;
            } else {
                memory.other_kib += pss;
            }
        }
        Ok(memory)
    }

    /// Whether a process of it draws pages.
    pub(crate) fn draws_pages(self) -> Result<bool> {
        Ok(self.processes()?.into_iter().any(draws_pages))
    }

    /// Of all that live, and of those that the root has buried.
    pub(crate) fn work(self) -> Result<Work> {
        let mut work = Work::default();
        for pid in self.processes()? {
            let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            let times = Times::of(&stat).with_context(|| format!("no times of {pid}"))?;
            work.all_s += times.own_s + if pid == self.root { times.buried_s } else { 0.0 };
            work.drawing_s += drawing_s(pid);
        }
        Ok(work)
    }

    fn processes(self) -> Result<Vec<u32>> {
        let mut parents = BTreeMap::new();
        for entry in fs::read_dir("/proc")?.flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let Some(pid) = pid else { continue };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            if let Some(times) = Times::of(&stat) {
                parents.insert(pid, times.parent);
            }
        }
        Ok(below(self.root, &parents))
    }
}

fn draws_pages(pid: u32) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    name.is_ok_and(|name| name.starts_with(DRAWS_PAGES))
}

/// Of the threads that draw by software.
fn drawing_s(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let stats = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    let drawing = stats.filter(|stat| name_of(stat).starts_with(DRAWS_BY_SOFTWARE));
    drawing.filter_map(|stat| Times::of(&stat)).map(|times| times.own_s).sum()
}

/// The name that a line of `stat` has in brackets.
fn name_of(stat: &str) -> &str {
    let name = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'));
    name.map_or("", |(name, _)| name)
}

/// The root and all that came from it.
fn below(root: u32, parents: &BTreeMap<u32, u32>) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, its)| **its == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found
}

/// A process's line in `/proc/<pid>/stat`, as far as it is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Times {
    parent: u32,
    own_s: f64,
    buried_s: f64,
}

impl Times {
    fn of(stat: &str) -> Option<Self> {
        // The name may hold spaces; the numbers begin after its bracket.
        let (_, numbers) = stat.rsplit_once(')')?;
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        let seconds =
            |index: usize| Some(numbers.get(index)?.parse::<f64>().ok()? / TICKS_PER_SECOND);
        Some(Self {
            parent: numbers.get(1)?.parse().ok()?,
            own_s: seconds(11)? + seconds(12)?,
            buried_s: seconds(13)? + seconds(14)?,
        })
    }
}

/// User and system time of one process.
pub(crate) fn worked_s(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    Ok(Times::of(&stat).context("stat is too short")?.own_s)
}

fn pss_kib(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proportional_size_is_read_and_none_of_its_parts() {
        let rollup = "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:    241152 kB\n\
                      Pss:               98765 kB\nPss_Dirty:         61234 kB\n\
                      Pss_Anon:          50000 kB\n";
        assert_eq!(pss_kib(rollup), Some(98_765));
        assert_eq!(pss_kib("Rss: 5 kB\n"), None);
    }

    #[test]
    fn a_stat_line_is_read_behind_a_name_with_brackets_and_spaces() {
        let stat = "4711 (Web) (Process)) S 42 4711 1 0 -1 4194560 9 8 7 6 150 50 25 75 20 0 1 0";
        let times = Times::of(stat).unwrap();
        assert_eq!(times, Times { parent: 42, own_s: 2.0, buried_s: 1.0 });
        assert_eq!(Times::of("4711 (short) S 42"), None);
        assert_eq!(name_of(stat), "Web) (Process)");
        assert_eq!(name_of("no brackets"), "");
    }

    #[test]
    fn work_a_minute_is_what_was_done_in_between() {
        let work = |all_s, drawing_s| Work { all_s, drawing_s };
        assert_eq!(work(7.0, 2.0).a_minute_since(work(4.0, 1.0), 0.5), work(6.0, 2.0));
    }

    #[test]
    fn children_of_children_belong_to_the_tree_and_neighbours_do_not() {
        let parents = BTreeMap::from([(2, 1), (3, 2), (4, 3), (5, 1), (6, 4)]);
        assert_eq!(below(2, &parents), [2, 3, 4, 6]);
    }

    #[test]
    fn this_very_process_takes_memory_and_has_worked() {
        let tree = Tree::of(std::process::id());
        assert!(tree.memory().unwrap().app_kib > 0);
        assert!(tree.work().unwrap().all_s >= tree.work().unwrap().drawing_s);
    }
}
