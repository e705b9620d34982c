//! `ringside support`.

use boot_clock::BootClock;
use companion::{DataDir, event_model::Clock};

use crate::{arguments::SupportArguments, exit::Exit, output};

pub(crate) async fn support(arguments: SupportArguments) -> anyhow::Result<Exit> {
    let dir = DataDir::open(arguments.data_dir.data_dir)?;
    let now = BootClock::new().now();
    let text = companion::support_file(&dir, now).await?;
    let Some(folder) = arguments.out else {
        output::line(&text);
        return Ok(Exit::Done);
    };
    let kept = companion::keep_support(&dir, &text, folder, now)?;
    for path in std::iter::once(&kept.file).chain(&kept.recordings) {
        output::line(&path.display().to_string());
    }
    for reason in &kept.left_out {
        output::note(&format!("a recording was left out: {reason}"));
    }
    Ok(Exit::Done)
}
