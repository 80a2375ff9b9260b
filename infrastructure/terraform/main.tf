locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  origins      = compact([local.parameters.AllowedOrigin, local.parameters.SecondAllowedOrigin])
  callback_url = coalesce(local.parameters.CallbackUrl, "${local.parameters.AllowedOrigin}/api/v1/auth/callback")
  logout_url   = coalesce(local.parameters.LogoutUrl, "${local.parameters.AllowedOrigin}/")
}

module "monitoring" {
  source = "./modules/monitoring"

  name = local.name
}

module "storage" {
  source = "./modules/storage"

  name              = local.name
  bucket            = "${local.name}-assets-${local.account}-${var.region}"
  allowed_origins   = local.origins
  retain            = var.retain
  replicate_api_key = var.replicate_api_key
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
