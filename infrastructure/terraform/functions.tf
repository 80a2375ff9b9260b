# The table of functions, alarms and the dashboard is written once, in template.yaml, and read here from what
# infrastructure/local/checks/export_functions.py makes of it. A value that is known only when
# other things exist stands in it as "${JobTable.Arn}", the syntax of CloudFormation's Fn::Sub
# and of Terraform's templates alike.
locals {
  table    = jsondecode(file("${path.module}/functions.json"))
  declared = local.table.parameters

  parameters = { for name, parameter in local.declared : name => lookup(var.parameters, name, parameter.default) }
  name       = local.parameters.NamePrefix

  # What stands behind the placeholders.
  things = merge(local.parameters, {
    JobTable             = module.storage.tables["jobs"]
    UsageTable           = module.storage.tables["usage"]
    VideoTable           = module.storage.tables["videos"]
    TranscodeTable       = module.storage.tables["transcodes"]
    StatsTable           = module.storage.tables["stats"]
    IdempotencyTable     = module.storage.tables["idempotency"]
    WebhookTable         = module.storage.tables["webhooks"]
    ConnectionTable      = module.storage.tables["connections"]
    AssetsBucket         = module.storage.assets
    ReplicateSecret      = module.storage.replicate_secret
    TranscodeQueue       = module.storage.queues["transcodes"]
    TranscodeDeadLetters = module.storage.queues["transcodes-dead"]
    WebhookQueue         = module.storage.queues["webhooks"]
    UserPool             = module.auth.pool
    UserPoolClient       = module.auth.client
    MediaKey             = try(module.cdn[0].media_key, { Id = "" })
    Api                  = module.api.api
    LiveApi              = module.api.live
    AWS = {
      Partition = data.aws_partition.current.partition
      Region    = var.region
      AccountId = data.aws_caller_identity.current.account_id
      URLSuffix = data.aws_partition.current.dns_suffix
      StackUid  = terraform_data.stack.output
    }
  })

  functions = {
    for name, function in local.table.functions : name => {
      memory_size       = tonumber(templatestring(function.memory_size, local.things))
      timeout           = function.timeout
      ephemeral_storage = try(function.ephemeral_storage, 512)
      has_ffmpeg        = try(function.has_ffmpeg, false)
      recursive_loop    = try(function.recursive_loop, "Terminate")
      alias             = try(function.alias, null)
      reserved          = try(tonumber(templatestring(function.reserved_concurrency, local.things)), -1)
      environment = {
        for key, value in merge(local.table.environment, try(function.environment, {})) :
        key => templatestring(value, local.things)
      }
      managed_policies = concat(
        ["service-role/AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"],
        try(function.managed_policies, []),
      )
      policy = [
        for statement in try(function.policy, []) : {
          Effect   = "Allow"
          Action   = statement.actions
          Resource = [for resource in statement.resources : templatestring(resource, local.things)]
        }
      ]
    }
  }

  alarms = {
    for name, alarm in local.table.alarms : name => merge(alarm, {
      dimensions = { for key, value in alarm.dimensions : key => templatestring(value, local.things) }
    })
    if local.parameters.AlarmEmail != ""
  }

  dashboards = {
    for name, body in { for name, body in local.table.dashboards : name => jsonencode(body) } :
    templatestring(name, local.things) => templatestring(body, local.things)
  }

  queries = { for name, lines in local.table.queries : templatestring(name, local.things) => join("\n", lines) }

  # "POST /api/v1/jobs" = "jobs-create"
  routes = merge([
    for name, function in local.table.functions : { for route in try(function.routes, []) : route => name }
  ]...)

  sources = merge([
    for name, function in local.table.functions : {
      for key, source in try(function.sources, {}) : "${name}-${key}" => merge(source, {
        function            = name
        arn                 = templatestring(source.arn, local.things)
        maximum_concurrency = try(tonumber(templatestring(source.maximum_concurrency, local.things)), null)
      })
    }
  ]...)

  schedules = merge([
    for name, function in local.table.functions : {
      for key, schedule in try(function.schedules, {}) : key => merge({ function = name }, schedule)
    }
  ]...)

  events = merge([
    for name, function in local.table.functions : {
      for key, pattern in try(function.events, {}) :
      "${name}-${key}" => { function = name, pattern = templatestring(pattern, local.things) }
    }
  ]...)
}
