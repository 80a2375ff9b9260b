//! Addresses and tokens that are known before anything is deployed.

/// The region that the local cloud plays.
pub const REGION: &str = "us-east-1";
/// The id that the launcher gives the HTTP API.
const API_ID: &str = "omnigen";
/// The id that the launcher gives the API for `WebSocket`s, with its stage.
const LIVE_API: &str = "omnigenlive/live";
/// The name that the launcher gives the site's distribution.
const DISTRIBUTION: &str = "omnigen.cloudfront.localhost";
/// The id that the launcher gives the user pool.
const USER_POOL_ID: &str = "us-east-1_omnigen";
/// The token that the look-alike of the provider accepts.
pub const REPLICATE_TOKEN: &str = "local-token";
/// The secret that the look-alike signs its webhooks with.
pub const WEBHOOK_SECRET: &str = "whsec_b21uaWdlbi1sb2NhbC13ZWJob29rLXNlY3JldA==";
/// The key that links to films through the distribution are signed with: its private half.
/// It opens nothing but the films of local clouds.
pub const MEDIA_KEY: &str = include_str!("media-key.pem");
/// Its public half, as the template's parameter wants it.
pub const MEDIA_PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEV0vMXD6QOqXffQrqJMEnDl5HzOgT,FL4tGVPijw5y7CGPJHULFXWvUnNosquP8u3AitjP4lBZSYaLWaeIOSb2/A==";
/// The access key of the local cloud's root user, who may do everything.
pub const ACCESS_KEY: &str = "test";
/// The root user's secret.
pub const SECRET_KEY: &str = "test";

/// Where things are on 127.0.0.1.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// `AWS_ENDPOINT_URL` for any SDK.
    pub endpoint: String,
    /// The API; its routes follow, such as `/api/v1/health`.
    pub api: String,
    /// Where changes are listened for.
    pub live: String,
    /// The user pool's public keys.
    pub jwks: String,
    /// The look-alike of the model provider, without `/v1`.
    pub replicate: String,
    /// Where `cargo xtask login` waits for the browser.
    pub login_callback: String,
    /// The site, where a person reaches it.
    pub site: String,
    /// The site's distribution, by the `Host` of its requests: its name is known to
    /// browsers only.
    pub distribution: String,
    /// The emulator's port.
    pub cloud_port: u16,
    /// Where the HTTP API is on that port.
    pub api_path: String,
}

impl Addresses {
    /// With the emulator on the port `cloud`, the look-alike on the port `replicate`,
    /// `cargo xtask login` on the port `login`, and the site on the port `site`.
    pub fn on(cloud: u16, replicate: u16, login: u16, site: u16) -> Self {
        let endpoint = format!("http://127.0.0.1:{cloud}");
        let api_path = format!("/_aws/execute-api/{API_ID}/$default");
        Self {
            api: format!("{endpoint}{api_path}"),
            live: format!("ws://127.0.0.1:{cloud}/_aws/execute-api/{LIVE_API}"),
            jwks: format!("{endpoint}/{USER_POOL_ID}/.well-known/jwks.json"),
            replicate: format!("http://127.0.0.1:{replicate}"),
            login_callback: format!("http://127.0.0.1:{login}/callback"),
            site: format!("http://127.0.0.1:{site}"),
            distribution: format!("{DISTRIBUTION}:{cloud}"),
            cloud_port: cloud,
            api_path,
            endpoint,
        }
    }
}
