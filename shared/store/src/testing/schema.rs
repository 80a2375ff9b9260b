//! The tables' keys and indexes, as template.yaml declares them. A contract test holds the two
//! together.

use super::Item;

/// A table of template.yaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Its name, without the prefix of the environment.
    pub table: &'static str,
    /// The attribute that is its partition key.
    pub partition: &'static str,
    /// The attribute that is its sort key.
    pub sort: &'static str,
    /// Its global secondary indexes.
    pub indexes: &'static [Index],
}

/// An index of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute that is its partition key.
    pub partition: &'static str,
    /// The attribute that is its sort key.
    pub sort: &'static str,
    /// What it holds of a row.
    pub projection: Projection,
}

/// What an index holds of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// All of it.
    All,
    /// The keys of the table and of the index.
    KeysOnly,
    /// The keys, and these.
    Include(&'static [&'static str]),
}

/// Every table.
pub const SCHEMAS: [Schema; 8] = [
    Schema {
        table: "connections",
        partition: "connection",
        sort: "sk",
        indexes: &[index(
            "byListener",
            ["listener", "connection"],
            Projection::KeysOnly,
        )],
    },
    Schema {
        table: "webhooks",
        partition: "account",
        sort: "sk",
        indexes: &[index("dueWork", ["due", "dueAt"], Projection::KeysOnly)],
    },
    Schema {
        table: "videos",
        partition: "pk",
        sort: "sk",
        indexes: &[
            index("byFeed", ["feed", "position"], Projection::KeysOnly),
            index("byOwner", ["userId", "position"], Projection::KeysOnly),
        ],
    },
    Schema {
        table: "transcodes",
        partition: "transcodeId",
        sort: "sk",
        indexes: &[
            index(
                "byUser",
                ["userId", "createdAt"],
                Projection::Include(&["status"]),
            ),
            index("byStatus", ["status", "createdAt"], Projection::KeysOnly),
        ],
    },
    Schema {
        table: "jobs",
        partition: "jobId",
        sort: "sk",
        indexes: &[
            index("byUser", ["userId", "createdAt"], Projection::KeysOnly),
            index("openJobs", ["open", "createdAt"], Projection::KeysOnly),
        ],
    },
    Schema {
        table: "stats",
        partition: "name",
        sort: "shard",
        indexes: &[],
    },
    Schema {
        table: "idempotency",
        partition: "scope",
        sort: "keyDigest",
        indexes: &[],
    },
    Schema {
        table: "usage",
        partition: "userId",
        sort: "sk",
        indexes: &[index(
            "byRow",
            ["sk", "userId"],
            Projection::Include(&["used", "reserved", "closedAt"]),
        )],
    },
];

const fn index(name: &'static str, keys: [&'static str; 2], projection: Projection) -> Index {
    Index {
        name,
        partition: keys[0],
        sort: keys[1],
        projection,
    }
}

impl Schema {
    /// That of the table in which a row with these attributes lies.
    pub(super) fn of(attributes: &Item) -> &'static Self {
        let known = |schema: &&Self| attributes.contains_key(schema.partition);
        SCHEMAS.iter().find(known).unwrap()
    }

    /// The index of this name.
    pub(super) fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// The attributes that are keys of the table, or of the index.
    pub(super) fn keys(&self, index: Option<&Index>) -> Vec<&'static str> {
        let of_index = index.map(|index| [index.partition, index.sort]);
        [self.partition, self.sort]
            .into_iter()
            .chain(of_index.into_iter().flatten())
            .collect()
    }

    /// What a reader of the index, or of the table, gets to see of a row.
    pub(super) fn seen(&self, index: Option<&Index>, row: &Item) -> Item {
        let included: &[&str] = match index.map(|index| index.projection) {
            None | Some(Projection::All) => return row.clone(),
            Some(Projection::KeysOnly) => &[],
            Some(Projection::Include(attributes)) => attributes,
        };
        let keys = self.keys(index);
        let names = keys.iter().chain(included);
        names
            .filter_map(|name| Some(((*name).to_owned(), row.get(*name)?.clone())))
            .collect()
    }
}
