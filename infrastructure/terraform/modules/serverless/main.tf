locals {
  archives = { for name in keys(var.functions) : name => "${var.artifacts}/${name}/bootstrap.zip" }
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = var.artifacts_bucket
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket = aws_s3_bucket.artifacts.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Named by what they hold: a changed function has another key. From a bucket the functions are
# made side by side; from files the provider makes them one by one.
resource "aws_s3_object" "function" {
  for_each = local.archives

  bucket = aws_s3_bucket.artifacts.bucket
  key    = "${each.key}/${filesha256(each.value)}.zip"
  source = each.value
}

resource "aws_s3_object" "ffmpeg" {
  bucket = aws_s3_bucket.artifacts.bucket
  key    = "ffmpeg/${filesha256(var.ffmpeg_layer)}.zip"
  source = var.ffmpeg_layer
}

resource "aws_lambda_layer_version" "ffmpeg" {
  layer_name               = "${var.name}-ffmpeg"
  description              = "A static FFmpeg (GPL); see infrastructure/ffmpeg/README.md."
  s3_bucket                = aws_s3_object.ffmpeg.bucket
  s3_key                   = aws_s3_object.ffmpeg.key
  compatible_architectures = [var.architecture]
  compatible_runtimes      = ["provided.al2023"]
  license_info             = "GPL-3.0-or-later"
}

resource "aws_lambda_function" "this" {
  for_each = var.functions

  function_name                  = "${var.name}-${each.key}"
  role                           = var.roles[each.key]
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  s3_bucket                      = aws_s3_object.function[each.key].bucket
  s3_key                         = aws_s3_object.function[each.key].key
  memory_size                    = each.value.memory_size
  timeout                        = each.value.timeout
  reserved_concurrent_executions = each.value.reserved
  publish                        = each.value.alias != null
  layers                         = each.value.has_ffmpeg ? [aws_lambda_layer_version.ffmpeg.arn] : []

  ephemeral_storage {
    size = each.value.ephemeral_storage
  }

  environment {
    variables = each.value.environment
  }

  logging_config {
    log_format = "Text"
    log_group  = var.log_group
  }

  tracing_config {
    mode = "Active"
  }
}

# What takes requests that change something is called by its alias, which moves to each new version.
resource "aws_lambda_alias" "this" {
  for_each = { for name, function in var.functions : name => function.alias if function.alias != null }

  name             = each.value
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = aws_lambda_function.this[each.key].version
}

# Lambda stops what calls itself, unless it is told that this is meant.
resource "aws_lambda_function_recursion_config" "this" {
  for_each = { for name, function in var.functions : name => function if function.recursive_loop == "Allow" }

  function_name  = aws_lambda_function.this[each.key].function_name
  recursive_loop = each.value.recursive_loop
}

output "functions" {
  value = {
    for name, function in aws_lambda_function.this : name => {
      name       = function.function_name
      alias      = try(aws_lambda_alias.this[name].name, null)
      invoke_arn = try(aws_lambda_alias.this[name].invoke_arn, function.invoke_arn)
    }
  }
}
