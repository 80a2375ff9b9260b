locals {
  # The keys of a table and of each of its indexes: hash, then range.
  tables = {
    jobs = {
      keys   = ["jobId", "sk"]
      stream = "NEW_AND_OLD_IMAGES"
      # Keys only: progress that is written writes to no index.
      indexes = {
        byUser   = { keys = ["userId", "createdAt"] }
        openJobs = { keys = ["open", "createdAt"] }
      }
    }
    usage = {
      keys = ["userId", "sk"]
      # The rows of one month over all users, for the monthly report.
      indexes = { byRow = { keys = ["sk", "userId"], attributes = ["used", "reserved", "closedAt"] } }
      ttl     = "expiresAt"
    }
    videos = {
      keys = ["pk", "sk"]
      indexes = {
        byFeed  = { keys = ["feed", "position"] }
        byOwner = { keys = ["userId", "position"] }
      }
      ttl = "expiresAt"
    }
    transcodes = {
      keys   = ["transcodeId", "sk"]
      stream = "NEW_AND_OLD_IMAGES"
      indexes = {
        byUser   = { keys = ["userId", "createdAt"], attributes = ["status"] }
        byStatus = { keys = ["status", "createdAt"] }
      }
    }
    stats       = { keys = ["name", "shard"] }
    idempotency = { keys = ["scope", "keyDigest"], ttl = "expiresAt" }
    connections = {
      keys    = ["connection", "sk"]
      indexes = { byListener = { keys = ["listener", "connection"] } }
      ttl     = "expiresAt"
    }
    webhooks = {
      keys    = ["account", "sk"]
      indexes = { dueWork = { keys = ["due", "dueAt"] } }
      ttl     = "expiresAt"
    }
  }
}

resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name                        = "${var.name}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.keys[0]
  range_key                   = each.value.keys[1]
  deletion_protection_enabled = var.retain
  stream_enabled              = can(each.value.stream)
  stream_view_type            = try(each.value.stream, null)

  dynamic "attribute" {
    for_each = toset(concat(each.value.keys, flatten([for index in try(each.value.indexes, {}) : index.keys])))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = try(each.value.indexes, {})
    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.keys[0]
      range_key          = global_secondary_index.value.keys[1]
      projection_type    = can(global_secondary_index.value.attributes) ? "INCLUDE" : "KEYS_ONLY"
      non_key_attributes = try(global_secondary_index.value.attributes, null)
    }
  }

  dynamic "ttl" {
    for_each = try([each.value.ttl], [])
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }
}

output "tables" {
  value = { for key, table in aws_dynamodb_table.this : key => { Name = table.name, Arn = table.arn, StreamArn = table.stream_arn } }
}
