//! The demonstration: the failures that rowgate grew from, then and now.

use anyhow::Result;
use cargo_metadata::MetadataCommand;
use xshell::cmd;

use crate::context::Context;

/// Builds the demonstration and the programs that it starts, and runs it.
///
/// # Errors
///
/// It cannot be built, or does not show what it should.
pub(crate) fn run(ctx: &Context) -> Result<()> {
    // One build for all three: apart, they would compile the S3 SDK with other features again.
    ctx.run(
        ctx.cargo("build --release --locked -p rowgate-lambda -p rowgate-server -p rowgate-demo"),
    )?;
    let metadata = MetadataCommand::new()
        .current_dir(ctx.root())
        .no_deps()
        .exec()?;
    let program = metadata.target_directory.join("release/rowgate-demo");
    ctx.run(cmd!(ctx.shell(), "{program}"))
}
