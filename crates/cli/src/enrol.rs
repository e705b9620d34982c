//! `ringside enrol`.

use companion::UploadOptions;

use crate::{arguments::EnrolArguments, exit::Exit, output};

pub(crate) async fn enrol(arguments: EnrolArguments) -> anyhow::Result<Exit> {
    let options = UploadOptions {
        server: Some(arguments.server),
        enrolment_key: Some(arguments.enrolment_key),
        server_ca: arguments.server_ca,
    };
    let server = companion::enrol(arguments.data_dir.data_dir, &options).await?;
    if arguments.json {
        output::json_line(&serde_json::json!({ "server": server, "enrolled": true }))?;
    } else {
        output::line(&format!("this PC is enrolled at {server}"));
    }
    Ok(Exit::Done)
}
