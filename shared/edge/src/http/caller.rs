//! Who is calling. A handler takes one of these as its first argument, and so says
//! who may call it: [`Caller`], `Option<Caller>`, or [`Admin`].

use super::error::ApiError;

/// The group of those who may administer.
const ADMINISTRATORS: &str = "admin";

/// A caller whose token was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The `sub` claim (R36).
    pub user_id: String,
    /// The `email` claim; access tokens carry none.
    pub email: Option<String>,
    /// The `cognito:groups` claim.
    pub groups: Vec<String>,
}

/// A caller who may administer (D31). Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin(Caller);

impl Admin {
    /// The caller, if they are in the administrators' group.
    ///
    /// # Errors
    ///
    /// [`ApiError::Forbidden`].
    pub(super) fn new(caller: Caller) -> Result<Self, ApiError> {
        let is_administrator = caller.groups.iter().any(|group| group == ADMINISTRATORS);
        is_administrator
            .then_some(Self(caller))
            .ok_or(ApiError::Forbidden)
    }

    /// The `sub` claim.
    pub fn user_id(&self) -> &str {
        &self.0.user_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_are_in_their_group() {
        let in_groups = |groups: &[&str]| {
            Admin::new(Caller {
                user_id: "someone".to_owned(),
                email: None,
                groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            })
        };
        assert_eq!(
            in_groups(&["editors", "admin"]).unwrap().user_id(),
            "someone"
        );
        for others in [&[][..], &["Admin"], &["administrators"], &["admin "]] {
            let refused = in_groups(others).unwrap_err();
            assert_eq!(refused.status().as_u16(), 403, "{others:?}");
        }
    }
}
