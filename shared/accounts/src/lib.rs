//! Accounts: signing in and out, quota and usage as a caller sees them, and the end of a month.

mod month;
mod profile;
mod sign_in;
mod spending;

pub use month::{ClosedMonth, close_month};
pub use profile::profile;
pub use sign_in::SignIn;
pub use spending::Installation;
