//! Settings: one typed structure for all front ends.
//!
//! Defaults, then `rowgate.toml`, then `ROWGATE_*` environment variables (`__` between levels), then
//! flags: the later wins. An unknown key is an error that names the nearest known one. Everything
//! that is read is passed in as [`Sources`], so that loading has no hidden input.

mod fault;
mod fingerprint;
mod layers;
mod reference;
mod store;
mod table;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use rowgate_core::Result;
use serde::Serialize;

use self::fault::Faults;
use self::layers::Layer;
pub use self::reference::{Described, reference, reference_markdown};
pub use self::table::{
    LambdaSection, LandingSettings, LimitSettings, LogSection, RejectsSection, S3Section,
    ServerSection, Settings, WriteSection,
};
use self::table::{SPECS, Spec};
pub use self::value::{ByteSize, LogFormat, LogLevel, NotAByteSize, Sse, Tags, Tolerance};

/// With what the name of every environment variable of ours begins.
const PREFIX: &str = "ROWGATE_";
/// The variable that names the settings file.
pub const CONFIG_VARIABLE: &str = "ROWGATE_CONFIG";
/// The settings file that is read if it is there and no other is named.
pub const CONFIG_FILE: &str = "rowgate.toml";

/// Who loads the settings: it decides the defaults of what is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// The command line, where people read.
    CommandLine,
    /// The Lambda function.
    Function,
    /// The HTTP service.
    Service,
}

/// A setting that a flag gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The setting's key, such as `limits.max_rejects`.
    pub key: &'static str,
    /// Its value, as text.
    pub value: String,
    /// The flag, as people write it: `--max-rejects`.
    pub flag: &'static str,
}

/// All that settings are read from.
#[derive(Clone)]
pub struct Sources {
    /// Who asks.
    pub front_end: FrontEnd,
    /// The settings file that a flag names; it must be there.
    pub config: Option<PathBuf>,
    /// The folder in which [`CONFIG_FILE`] is looked for if no other file is named.
    pub folder: PathBuf,
    /// The environment; what does not begin with `ROWGATE_` is not looked at.
    pub environment: Vec<(OsString, OsString)>,
    /// What flags give; the last of a key wins.
    pub flags: Vec<Override>,
}

impl fmt::Debug for Sources {
    /// Leaves the values of the environment out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("front_end", &self.front_end)
            .field("config", &self.config)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Sources {
    /// Takes the environment and the working folder of this process.
    #[must_use]
    pub fn of_process(front_end: FrontEnd, config: Option<PathBuf>, flags: Vec<Override>) -> Self {
        Self {
            front_end,
            config,
            folder: PathBuf::new(),
            environment: std::env::vars_os().collect(),
            flags,
        }
    }
}

/// Where a setting in force came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", content = "name", rename_all = "lowercase")]
pub enum Origin {
    /// It was not set.
    Default,
    /// This file.
    File(PathBuf),
    /// This environment variable.
    Environment(String),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// Settings in force, and where each came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    origins: BTreeMap<&'static str, Origin>,
}

/// A setting in force, for people to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its key.
    pub key: &'static str,
    /// Its value as text, masked if it is a secret; `None` if it is not set.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

impl Settings {
    /// Returns the defaults of a front end.
    #[must_use]
    pub fn of(front_end: FrontEnd) -> Self {
        let mut settings = Self::default();
        match front_end {
            FrontEnd::CommandLine => {}
            FrontEnd::Function | FrontEnd::Service => {
                settings.log.format = LogFormat::Json;
                settings.log.level = LogLevel::Info;
            }
        }
        settings
    }

    /// Reads settings from all their sources.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`](rowgate_core::ErrorKind::Settings): the file cannot be read, or a key
    /// or value is wrong. All wrong ones are named at once, each with where it stands.
    ///
    /// ```
    /// use rowgate_app::settings::{FrontEnd, Override, Settings, Sources};
    ///
    /// let sources = Sources {
    ///     front_end: FrontEnd::CommandLine,
    ///     config: None,
    ///     folder: "/nowhere".into(),
    ///     environment: vec![("ROWGATE_LANDING__PART_SIZE".into(), "8MiB".into())],
    ///     flags: vec![Override {
    ///         key: "landing.concurrency",
    ///         value: "2".to_owned(),
    ///         flag: "--concurrency",
    ///     }],
    /// };
    /// let loaded = Settings::load(sources)?;
    /// assert_eq!(loaded.settings.landing.part_size.bytes(), 8 * 1024 * 1024);
    /// assert_eq!(loaded.settings.landing.concurrency, 2);
    /// # Ok::<(), rowgate_core::Error>(())
    /// ```
    pub fn load(sources: Sources) -> Result<Loaded> {
        let mut faults = Faults::default();
        let layers = layers::read(sources.environment, sources.flags, &mut faults)?;
        let file = layers::file(sources.config, layers.config, &sources.folder, &mut faults)?;
        let mut loaded = Loaded {
            settings: Self::of(sources.front_end),
            origins: BTreeMap::new(),
        };
        loaded.apply([file, layers.environment, layers.flags], &mut faults)?;
        faults.into_result()?;
        Ok(loaded)
    }
}

impl Loaded {
    /// Returns every setting, in the order of the reference.
    #[must_use]
    pub fn table(&self) -> Vec<Shown> {
        let shown = |spec: &Spec| Shown {
            key: spec.key,
            value: (spec.show)(&self.settings),
            origin: self.origin(spec.key),
        };
        SPECS.iter().map(shown).collect()
    }

    fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// Lays the layers on the defaults, and reads what is then on top.
    fn apply(&mut self, layers: [Layer; 3], faults: &mut Faults) -> Result<()> {
        for given in layers.iter().flat_map(Layer::given) {
            self.origins.insert(given.spec.key, given.origin.clone());
        }
        let values = layers::merge(layers)?;
        for spec in SPECS {
            let Some(value) = values.get(spec.key) else {
                continue;
            };
            let text = value.text(spec);
            let is_read = text
                .as_deref()
                .is_some_and(|text| (spec.set)(&mut self.settings, text));
            if !is_read {
                faults.misread(spec, &value.described(spec), &self.origin(spec.key));
            }
        }
        self.check_combinations(faults);
        Ok(())
    }

    fn check_combinations(&self, faults: &mut Faults) {
        let write = &self.settings.write;
        if write.kms_key_id.is_some() && write.sse != Some(Sse::Kms) {
            faults.push("`write.kms_key_id` is set, and `write.sse` is not `kms`");
        }
    }
}

#[cfg(test)]
mod tests;
