locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  origins      = compact([local.parameters.AllowedOrigin, local.parameters.SecondAllowedOrigin])
  callback_url = coalesce(local.parameters.CallbackUrl, "${local.parameters.AllowedOrigin}/api/v1/auth/callback")
  logout_url   = coalesce(local.parameters.LogoutUrl, "${local.parameters.AllowedOrigin}/")
}

# What nobody can guess of a stack: by it the API believes the site's distribution.
resource "terraform_data" "stack" {
  input = uuid()

  lifecycle {
    ignore_changes = [input]
  }
}

module "monitoring" {
  source = "./modules/monitoring"

  name       = local.name
  email      = local.parameters.AlarmEmail
  alarms     = local.alarms
  dashboards = local.dashboards
  queries    = local.queries
}

module "storage" {
  source = "./modules/storage"

  name              = local.name
  bucket            = "${local.name}-assets-${local.account}-${var.region}"
  allowed_origins   = local.origins
  retain            = var.retain
  replicate_api_key = var.replicate_api_key
  distribution      = local.parameters.MediaPublicKey == "" ? null : one(module.cdn[*].arn)
}

module "auth" {
  source = "./modules/auth"

  name          = local.name
  domain        = "${local.name}-${local.account}"
  self_sign_up  = local.parameters.SelfSignUp == "open"
  password_flow = local.parameters.Environment != "production"
  callback_urls = compact([local.callback_url, local.parameters.SecondCallbackUrl])
  logout_urls   = [local.logout_url]
  retain        = var.retain
}

module "iam" {
  source = "./modules/iam"

  name      = local.name
  partition = local.partition
  functions = local.functions
}

module "serverless" {
  source = "./modules/serverless"

  name             = local.name
  partition        = local.partition
  architecture     = local.parameters.Architecture
  artifacts        = var.artifacts
  artifacts_bucket = "${local.name}-artifacts-${local.account}-${var.region}"
  ffmpeg_layer     = var.ffmpeg_layer
  functions        = local.functions
  roles            = module.iam.roles
  log_group        = module.monitoring.functions
  sources          = local.sources
  schedules        = local.schedules
  events           = local.events

  definition         = "${path.module}/../../statemachine/generate-video.asl.json"
  definition_values  = { SceneConcurrency = local.parameters.SceneConcurrency }
  workflow_log_group = module.monitoring.workflow_arn
}

module "api" {
  source = "./modules/api"

  name            = local.name
  allowed_origins = local.origins
  rate_limit      = local.parameters.GatewayRateLimit
  burst_limit     = local.parameters.GatewayBurstLimit
  log_group       = module.monitoring.api_arn
  routes          = local.routes
  functions       = module.serverless.functions
}

# The site, where there is one.
module "cdn" {
  source = "./modules/cdn"
  count  = local.parameters.Site == "on" ? 1 : 0

  name            = local.name
  region          = var.region
  account         = local.account
  partition       = local.partition
  suffix          = data.aws_partition.current.dns_suffix
  retain          = var.retain
  host            = split("://", local.parameters.AllowedOrigin)[1]
  certificate_arn = local.parameters.SiteCertificateArn
  web_acl_arn     = local.parameters.SiteWebAclArn
  origin_secret   = terraform_data.stack.output
  bucket_origin   = coalesce(local.parameters.BucketOrigin, "https://${module.storage.assets.Name}.s3.${var.region}.${data.aws_partition.current.dns_suffix}")
  live_url        = coalesce(local.parameters.LiveUrl, "wss://${module.api.live.Id}.execute-api.${var.region}.${data.aws_partition.current.dns_suffix}/live")

  media = {
    bucket          = module.storage.assets.Name
    public_key      = local.parameters.MediaPublicKey
    allowed_origins = local.origins
  }

  api = {
    host    = coalesce(local.parameters.SiteApiHost, "${module.api.api.Id}.execute-api.${var.region}.${data.aws_partition.current.dns_suffix}")
    path    = local.parameters.SiteApiPath
    port    = tonumber(local.parameters.SiteApiPort)
    has_tls = local.parameters.SiteApiHost == ""
  }
}
