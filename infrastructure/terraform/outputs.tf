# The template's outputs, by the same names.
output "ApiUrl" {
  value = coalesce(local.parameters.PublicApiUrl, module.api.api.Endpoint)
}

output "UserPoolId" {
  value = module.auth.pool.Id
}

output "ClientId" {
  value = module.auth.client.Id
}

output "HostedUiUrl" {
  value = coalesce(local.parameters.HostedUiUrl, "https://${local.name}-${local.account}.auth.${var.region}.amazoncognito.com")
}

output "StateMachineArn" {
  value = module.serverless.workflow_arn
}

output "JobTable" {
  value = module.storage.tables["jobs"].Name
}

output "UsageTable" {
  value = module.storage.tables["usage"].Name
}

output "VideoTable" {
  value = module.storage.tables["videos"].Name
}

output "TranscodeTable" {
  value = module.storage.tables["transcodes"].Name
}

output "StatsTable" {
  value = module.storage.tables["stats"].Name
}

output "WebhookTable" {
  value = module.storage.tables["webhooks"].Name
}

output "TranscodeQueue" {
  value = module.storage.queues["transcodes"].Url
}

output "TranscodeDeadLetters" {
  value = module.storage.queues["transcodes-dead"].Url
}

output "AssetsBucket" {
  value = module.storage.assets.Name
}

output "SiteUrl" {
  value = one([for site in module.cdn : local.parameters.SiteCertificateArn != "" ? local.parameters.AllowedOrigin : "https://${site.domain}"])
}

output "SiteBucket" {
  value = one(module.cdn[*].bucket)
}
