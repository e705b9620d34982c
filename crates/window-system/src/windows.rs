//! Windows: what any program may ask of the desktop's windows.
//!
//! No process is opened: a window is known by its class and title, which Windows
//! itself keeps. Each call here reads; none changes a window.

#![expect(unsafe_code, reason = "no safe crate asks Windows for its windows")]

use std::process;

use ::windows::{
    Win32::{
        Foundation::{HWND, LPARAM, RECT},
        Graphics::{
            Dwm::{
                DWMWA_CLOAKED, DWMWA_EXTENDED_FRAME_BOUNDS, DWMWINDOWATTRIBUTE,
                DwmGetWindowAttribute,
            },
            Gdi::{GetMonitorInfoW, MONITOR_DEFAULTTONULL, MONITORINFO, MonitorFromWindow},
        },
        UI::WindowsAndMessaging::{
            EnumWindows, GWL_EXSTYLE, GetClassNameW, GetForegroundWindow, GetWindowLongW,
            GetWindowRect, GetWindowTextW, GetWindowThreadProcessId, IsIconic, IsWindowVisible,
            MB_ICONERROR, MB_OK, MessageBoxW, WS_EX_TRANSPARENT,
        },
    },
    core::{BOOL, HSTRING},
};
use overlay::placement::{Point, Rect, Size};

use crate::{
    Compositing,
    games::Game,
    scene::{Scene, Shown, WINDOWS_MAX, Whose, Window},
};

/// In UTF-16 units. A class has 256 at most; a longer title is no game's.
const TEXT: usize = 257;

/// The desktop; there is nothing to keep from one look to the next.
#[derive(Debug, Default)]
pub(crate) struct System;

impl System {
    /// What there is on the desktop; `None` where Windows does not tell.
    #[expect(clippy::unused_self, reason = "the other systems keep what they ask with")]
    pub(crate) fn scene(&mut self, game: &Game) -> Option<Scene> {
        let handles = uppermost_first()?;
        // SAFETY: it takes nothing, and what it gives may be no window.
        let front = unsafe { GetForegroundWindow() };
        let mut scene = Scene::default();
        for &handle in handles.iter().rev() {
            let Some(window) = window(handle, front, game) else { continue };
            if window.whose == Whose::Game
                && let Some(monitor) = monitor_of(handle)
                && !scene.monitors.contains(&monitor)
            {
                scene.monitors.push(monitor);
            }
            scene.windows.push(window);
        }
        Some(scene)
    }
}

/// The desktop's windows in the order in which they lie, as `EnumWindows` gives them.
fn uppermost_first() -> Option<Vec<HWND>> {
    let mut handles: Vec<HWND> = Vec::new();
    let into = LPARAM((&raw mut handles).expose_provenance().cast_signed());
    // SAFETY: `note` is called during this call alone, on this thread, with `into`,
    // which is the address of a vector that lives until the call is over.
    let asked = unsafe { EnumWindows(Some(note), into) };
    // Windows calls it an error that `note` has enough.
    (asked.is_ok() || handles.len() == WINDOWS_MAX).then_some(handles)
}

/// Notes a window; whether more are wanted.
///
/// # Safety
///
/// `into` is the address of a `Vec<HWND>` that nothing else reads or writes now.
unsafe extern "system" fn note(handle: HWND, into: LPARAM) -> BOOL {
    let into = std::ptr::with_exposed_provenance_mut::<Vec<HWND>>(into.0.cast_unsigned());
    // SAFETY: the caller hands over the address that `uppermost_first` gave it.
    let handles = unsafe { &mut *into };
    // SAFETY: any handle may be asked; one that is gone is not visible.
    if unsafe { IsWindowVisible(handle) }.as_bool() {
        handles.push(handle);
    }
    (handles.len() < WINDOWS_MAX).into()
}

fn window(handle: HWND, front: HWND, game: &Game) -> Option<Window> {
    let shown = if is_iconic(handle) {
        Shown::Minimised
    } else if is_cloaked(handle) {
        Shown::Elsewhere
    } else {
        Shown::OnScreen
    };
    let whose = if owner(handle) == process::id() {
        Whose::Ours
    } else if game.is_called(&class(handle), &title(handle)) {
        Whose::Game
    } else if lets_clicks_through(handle) {
        Whose::Glass
    } else {
        Whose::Other
    };
    Some(Window { whose, shown, area: area(handle)?, has_keyboard: handle == front })
}

fn is_iconic(handle: HWND) -> bool {
    // SAFETY: any handle may be asked; one that is gone is not minimised.
    unsafe { IsIconic(handle) }.as_bool()
}

/// Whether it is there and not shown: on another virtual desktop, or put to sleep.
fn is_cloaked(handle: HWND) -> bool {
    attribute::<u32>(handle, DWMWA_CLOAKED).is_some_and(|why| why != 0)
}

fn owner(handle: HWND) -> u32 {
    let mut process = 0;
    // SAFETY: the address is that of a live local; a handle that is gone writes none.
    unsafe { GetWindowThreadProcessId(handle, Some(&raw mut process)) };
    process
}

fn class(handle: HWND) -> String {
    let mut text = [0; TEXT];
    // SAFETY: the binding tells Windows how long the text may be.
    let length = unsafe { GetClassNameW(handle, &mut text) };
    read(&text, length)
}

/// Of another program's window Windows gives what it keeps; it asks nobody.
fn title(handle: HWND) -> String {
    let mut text = [0; TEXT];
    // SAFETY: the binding tells Windows how long the text may be.
    let length = unsafe { GetWindowTextW(handle, &mut text) };
    read(&text, length)
}

fn read(text: &[u16], length: i32) -> String {
    let length = usize::try_from(length).unwrap_or(0).min(text.len());
    String::from_utf16_lossy(&text[..length])
}

fn lets_clicks_through(handle: HWND) -> bool {
    // SAFETY: any handle may be asked; one that is gone has no style.
    let style = unsafe { GetWindowLongW(handle, GWL_EXSTYLE) };
    style.cast_unsigned() & WS_EX_TRANSPARENT.0 != 0
}

/// Without the shadow and the invisible border, where the compositor knows them.
fn area(handle: HWND) -> Option<Rect> {
    if let Some(seen) = attribute::<RECT>(handle, DWMWA_EXTENDED_FRAME_BOUNDS) {
        return Some(rect(seen));
    }
    let mut whole = RECT::default();
    // SAFETY: the address is that of a live local of the type that is written.
    unsafe { GetWindowRect(handle, &raw mut whole) }.ok()?;
    Some(rect(whole))
}

/// One of the two attributes that are asked here, each with the type it has.
fn attribute<T: Default>(handle: HWND, which: DWMWINDOWATTRIBUTE) -> Option<T> {
    let mut value = T::default();
    let bytes = u32::try_from(size_of::<T>()).ok()?;
    // SAFETY: Windows writes `bytes` bytes at most to the address of a live local of
    // that size; `RECT` and `u32` take any bytes.
    unsafe { DwmGetWindowAttribute(handle, which, (&raw mut value).cast(), bytes) }.ok()?;
    Some(value)
}

/// The monitor with most of the window; none while it is minimised.
fn monitor_of(handle: HWND) -> Option<Rect> {
    // SAFETY: any handle may be asked; one that is gone is on no monitor.
    let monitor = unsafe { MonitorFromWindow(handle, MONITOR_DEFAULTTONULL) };
    let bytes = u32::try_from(size_of::<MONITORINFO>()).ok()?;
    let mut info = MONITORINFO { cbSize: bytes, ..MONITORINFO::default() };
    // SAFETY: the address is that of a live local that says its own size.
    let is_there = unsafe { GetMonitorInfoW(monitor, &raw mut info) }.as_bool();
    is_there.then(|| rect(info.rcMonitor))
}

fn rect(RECT { left, top, right, bottom }: RECT) -> Rect {
    let length = |from: i32, to: i32| u32::try_from(to.saturating_sub(from)).unwrap_or(0);
    let size = Size { width: length(left, right), height: length(top, bottom) };
    Rect::new(Point { x: left, y: top }, size)
}

/// Windows blends them, and no program can switch that off (since Windows 8).
pub(crate) fn watch_compositing(_told: impl FnMut(Compositing)) {}

/// A service has none, and nobody starts this program as one.
pub(crate) fn has_screen() -> bool {
    true
}

/// A program without a console has nowhere else to say it.
pub(crate) fn say_without_a_window(title: &str, sentence: &str) {
    let (title, sentence) = (HSTRING::from(title), HSTRING::from(sentence));
    // SAFETY: both texts live until the call is over, and no window owns the box.
    unsafe { MessageBoxW(None, &sentence, &title, MB_OK | MB_ICONERROR) };
}
