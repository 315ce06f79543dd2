//! The store behind real HTTP, with signatures.

use std::io;

use s3s::auth::{S3Auth, SecretKey};
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};

use super::MemS3;
use crate::faults::{FaultPlan, Faulty};
use crate::loopback::Loopback;

/// The access key that the server knows.
pub const ACCESS_KEY: &str = "rowgate-test-access-key";
/// The secret of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "rowgate-test-secret-key";

/// A [`MemS3`] that answers on a port of the loopback interface until it is dropped.
///
/// Requests must be signed (version 4, any region) with [`ACCESS_KEY`], and name buckets by path.
#[derive(Debug)]
pub struct MemS3Server {
    store: MemS3,
    plan: FaultPlan,
    loopback: Loopback,
}

impl MemS3Server {
    /// Starts an empty store without faults on a free port.
    ///
    /// # Errors
    ///
    /// No port could be bound.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(FaultPlan::default()).await
    }

    /// Starts an empty store that misbehaves as `plan` says.
    ///
    /// # Errors
    ///
    /// No port could be bound.
    pub async fn start_with(plan: FaultPlan) -> io::Result<Self> {
        Self::serve(MemS3::new(), plan, 0).await
    }

    /// Serves a store that exists, on `port`, or on a free port if that is 0.
    ///
    /// # Errors
    ///
    /// The port could not be bound.
    pub async fn serve(store: MemS3, plan: FaultPlan, port: u16) -> io::Result<Self> {
        let mut service = S3ServiceBuilder::new(store.clone());
        service.set_auth(OneKey);
        let service = Faulty::new(service.build(), plan.clone());
        let loopback = Loopback::serve(port, service).await?;
        Ok(Self {
            store,
            plan,
            loopback,
        })
    }

    /// Returns the address, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.loopback.address())
    }

    /// Returns the access key to sign with.
    #[must_use]
    pub fn access_key(&self) -> &'static str {
        ACCESS_KEY
    }

    /// Returns the secret key to sign with.
    #[must_use]
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// Returns the store behind the server.
    #[must_use]
    pub fn store(&self) -> &MemS3 {
        &self.store
    }

    /// Returns the plan of faults, to which rules can still be added.
    #[must_use]
    pub fn faults(&self) -> &FaultPlan {
        &self.plan
    }
}

/// Knows [`ACCESS_KEY`] alone, and names an unknown key as AWS does.
#[derive(Debug)]
struct OneKey;

#[async_trait::async_trait]
impl S3Auth for OneKey {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match access_key {
            ACCESS_KEY => Ok(SecretKey::from(SECRET_KEY)),
            _ => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}
