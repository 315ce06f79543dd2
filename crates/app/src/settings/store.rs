//! Settings in the words of the adapters.

use std::time::Duration;

use rowgate_store::s3::{Encryption, PathStyle, S3Settings, S3WriteSettings};

use super::{S3Section, Sse, WriteSection};

impl S3Section {
    /// Returns how the process reaches S3.
    #[must_use]
    pub fn to_client(&self) -> S3Settings {
        S3Settings {
            endpoint_url: self.endpoint_url.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            credentials: None,
            path_style: match self.path_style {
                None => PathStyle::FromEndpoint,
                Some(true) => PathStyle::Path,
                Some(false) => PathStyle::VirtualHost,
            },
            checksums: self.checksums,
            connect_timeout: Duration::from_millis(self.connect_timeout_ms.into()),
            read_timeout: Duration::from_millis(self.read_timeout_ms.into()),
            attempt_timeout: Duration::from_millis(self.attempt_timeout_ms.into()),
            attempts_max: self.attempts,
        }
    }
}

impl WriteSection {
    /// Returns how objects are written to S3.
    #[must_use]
    pub fn to_store(&self) -> S3WriteSettings {
        S3WriteSettings {
            storage_class: self.storage_class.clone(),
            encryption: match self.sse {
                None => Encryption::BucketDefault,
                Some(Sse::Aes256) => Encryption::Aes256,
                Some(Sse::Kms) => Encryption::Kms {
                    key_id: self.kms_key_id.clone(),
                },
            },
            tags: self
                .tags
                .as_ref()
                .map(|tags| tags.pairs().to_vec())
                .unwrap_or_default(),
            expected_bucket_owner: self.expected_bucket_owner.clone(),
            content_type: self.content_type.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_adapter() {
        let ours = S3Section::default().to_client();
        assert_eq!(format!("{ours:?}"), format!("{:?}", S3Settings::default()));
        assert_eq!(
            WriteSection::default().to_store(),
            S3WriteSettings::default()
        );
    }

    #[test]
    fn a_key_goes_with_its_service() {
        let write = WriteSection {
            sse: Some(Sse::Kms),
            kms_key_id: Some("alias/lake".to_owned()),
            ..WriteSection::default()
        };
        let expected = Encryption::Kms {
            key_id: Some("alias/lake".to_owned()),
        };
        assert_eq!(write.to_store().encryption, expected);
    }
}
