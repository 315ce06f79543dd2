//! The one client of a process.

use std::time::Duration;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{
    Builder, Credentials, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::service_config::ServiceConfigKey;
use rowgate_core::store::{FaultKind, StoreFault};

use super::settings::{Checksums, PathStyle, S3Credentials, S3Settings};

/// How long an unused connection is kept: a warm Lambda sleeps longer, and what wakes up then is
/// often dead without either side having said so.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a body may stand still before the attempt is given up.
const STALL_GRACE: Duration = Duration::from_secs(25);
/// The region that stores other than AWS expect in a signature.
const CUSTOM_ENDPOINT_REGION: &str = "us-east-1";

/// A connection to S3: made once a process, cheap to clone.
#[derive(Clone, Debug)]
pub struct S3Client {
    sdk: aws_sdk_s3::Client,
    checksums: Checksums,
    attempts_max: u32,
}

impl S3Client {
    /// Reads the AWS environment and profiles and makes a client. Nothing is sent to S3 yet, and
    /// credentials are looked for at the first call.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Unusable`] where the endpoint is no URL, or no region is set and none can be found.
    pub async fn connect(settings: &S3Settings) -> Result<Self, StoreFault> {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build_https();
        let environment = load_environment(settings, http).await;
        let endpoint_url = endpoint_url(settings, &environment);
        endpoint_url.as_deref().map_or(Ok(()), check_endpoint)?;
        let region = region(&environment, endpoint_url.as_deref()).await?;
        let checksums = checksums(settings, &environment);
        let mut config = Builder::from(&environment).region(region).force_path_style(
            match settings.path_style {
                PathStyle::FromEndpoint => endpoint_url.is_some(),
                PathStyle::Path => true,
                PathStyle::VirtualHost => false,
            },
        );
        config.set_endpoint_url(endpoint_url);
        if checksums == Checksums::Required {
            config = config
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        }
        Ok(Self {
            sdk: aws_sdk_s3::Client::from_conf(config.build()),
            checksums,
            attempts_max: settings.attempts_max.max(1),
        })
    }

    pub(super) fn sdk(&self) -> &aws_sdk_s3::Client {
        &self.sdk
    }

    pub(super) fn checksums(&self) -> Checksums {
        self.checksums
    }

    pub(super) fn attempts_max(&self) -> u32 {
        self.attempts_max
    }
}

/// Reads what the AWS environment says. It may take a moment only where a profile must be asked.
async fn load_environment(settings: &S3Settings, http: SharedHttpClient) -> SdkConfig {
    let mut profile_region = ProfileFileRegionProvider::builder();
    if let Some(profile) = &settings.profile {
        profile_region = profile_region.profile_name(profile);
    }
    // The metadata service is not asked yet: off AWS it costs seconds to learn that nobody answers.
    let regions = RegionProviderChain::first_try(settings.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile_region.build());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(regions)
        .retry_config(RetryConfig::standard().with_max_attempts(settings.attempts_max.max(1)))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(settings.connect_timeout)
                .read_timeout(settings.read_timeout)
                .operation_attempt_timeout(settings.attempt_timeout)
                .build(),
        )
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(STALL_GRACE)
                .build(),
        );
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(credentials) = &settings.credentials {
        loader = loader.credentials_provider(static_credentials(credentials));
    }
    loader.load().await
}

fn static_credentials(credentials: &S3Credentials) -> Credentials {
    Credentials::new(
        &credentials.access_key_id,
        &credentials.secret_access_key,
        credentials.session_token.clone(),
        None,
        "rowgate settings",
    )
}

/// Returns the custom endpoint, if there is one. Ours is for S3 alone: the services that give out
/// credentials stay where they are.
fn endpoint_url(settings: &S3Settings, environment: &SdkConfig) -> Option<String> {
    let of_the_service = || {
        let key = ServiceConfigKey::builder()
            .service_id("S3")
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        environment.service_config()?.load_config(key)
    };
    settings
        .endpoint_url
        .clone()
        .or_else(of_the_service)
        .or_else(|| environment.endpoint_url().map(str::to_owned))
}

/// Refuses what cannot be an endpoint, before it looks like a store that does not answer. The value
/// is not repeated: it may hold credentials.
fn check_endpoint(endpoint: &str) -> Result<(), StoreFault> {
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| endpoint.strip_prefix(scheme));
    if host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) {
        return Ok(());
    }
    let message = "the S3 endpoint is no URL such as `https://s3.example.org`";
    Err(StoreFault::new(FaultKind::Unusable, message))
}

async fn region(environment: &SdkConfig, endpoint: Option<&str>) -> Result<Region, StoreFault> {
    if let Some(region) = environment.region() {
        return Ok(region.clone());
    }
    if endpoint.is_some() {
        return Ok(Region::from_static(CUSTOM_ENDPOINT_REGION));
    }
    let of_the_machine = ImdsRegionProvider::builder().build();
    of_the_machine.region().await.ok_or_else(|| {
        let message = "no AWS region is set: set `AWS_REGION`, or a profile that names one";
        StoreFault::new(FaultKind::Unusable, message)
    })
}

fn checksums(settings: &S3Settings, environment: &SdkConfig) -> Checksums {
    let of_the_environment = || match environment.request_checksum_calculation() {
        Some(RequestChecksumCalculation::WhenRequired) => Checksums::Required,
        Some(_) | None => Checksums::Supported,
    };
    settings.checksums.unwrap_or_else(of_the_environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url() {
        for good in ["http://127.0.0.1:9000", "https://s3.example.org/"] {
            assert!(check_endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "notaurl",
            "127.0.0.1:9000",
            "ftp://host",
            "http://",
            "https:///x",
            "",
        ] {
            let err = check_endpoint(bad).unwrap_err();
            assert_eq!(err.kind(), FaultKind::Unusable, "{bad}");
        }
    }
}
