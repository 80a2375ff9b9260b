variable "name" { type = string }
variable "allowed_origins" { type = list(string) }
variable "rate_limit" { type = number }
variable "burst_limit" { type = number }
variable "log_group" { type = string }

variable "routes" {
  description = "The function behind each route, as \"POST /api/v1/jobs\" = \"jobs-create\"."
  type        = map(string)
}

variable "functions" {
  type = map(object({ name = string, alias = string, invoke_arn = string }))
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins  = var.allowed_origins
    allow_methods  = ["GET", "POST", "PUT", "DELETE"]
    allow_headers  = ["authorization", "content-type", "idempotency-key"]
    expose_headers = ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "idempotency-replayed"]
    max_age        = 600
  }
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.rate_limit
    throttling_burst_limit = var.burst_limit
  }

  access_log_settings {
    destination_arn = var.log_group
    # No path: it may hold names; the functions' own lines have it, shortened.
    format = join(",", [
      "{\"requestId\":\"$context.requestId\"",
      "\"route\":\"$context.routeKey\"",
      "\"status\":\"$context.status\"",
      "\"ip\":\"$context.identity.sourceIp\"",
      "\"milliseconds\":\"$context.responseLatency\"",
      "\"bytes\":\"$context.responseLength\"",
      "\"error\":\"$context.error.message\"",
      "\"integrationError\":\"$context.integrationErrorMessage\"}",
    ])
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = toset(values(var.routes))

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.functions[each.key].invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "this" {
  for_each = var.routes

  api_id    = aws_apigatewayv2_api.this.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.function[each.value].id}"
}

resource "aws_lambda_permission" "api" {
  for_each = aws_apigatewayv2_integration.function

  function_name = var.functions[each.key].name
  qualifier     = var.functions[each.key].alias
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*"
}

output "api" {
  value = { Id = aws_apigatewayv2_api.this.id, Endpoint = aws_apigatewayv2_api.this.api_endpoint }
}
