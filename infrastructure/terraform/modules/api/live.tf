# Hints of what changes, pushed to browsers that listen.
resource "aws_apigatewayv2_api" "live" {
  name                       = "${var.name}-live"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_stage" "live" {
  api_id      = aws_apigatewayv2_api.live.id
  name        = "live"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.rate_limit
    throttling_burst_limit = var.burst_limit
  }
}

locals {
  live_routes = { "$connect" = "live-connect", "$disconnect" = "live-disconnect" }
}

resource "aws_apigatewayv2_integration" "live" {
  for_each = local.live_routes

  api_id           = aws_apigatewayv2_api.live.id
  integration_type = "AWS_PROXY"
  integration_uri  = var.functions[each.value].invoke_arn
}

resource "aws_apigatewayv2_route" "live" {
  for_each = local.live_routes

  api_id             = aws_apigatewayv2_api.live.id
  route_key          = each.key
  authorization_type = "NONE"
  target             = "integrations/${aws_apigatewayv2_integration.live[each.key].id}"
}

resource "aws_lambda_permission" "live" {
  for_each = local.live_routes

  function_name = var.functions[each.value].name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.live.execution_arn}/*/${each.key}"
}

# Whatever a client sends keeps its connection open, and is not answered.
resource "aws_apigatewayv2_integration" "any" {
  api_id                        = aws_apigatewayv2_api.live.id
  integration_type              = "MOCK"
  template_selection_expression = "\\$default"
  request_templates             = { "$default" = "{\"statusCode\":200}" }
}

resource "aws_apigatewayv2_route" "any" {
  api_id             = aws_apigatewayv2_api.live.id
  route_key          = "$default"
  authorization_type = "NONE"
  target             = "integrations/${aws_apigatewayv2_integration.any.id}"
}

output "live" {
  value = { Id = aws_apigatewayv2_api.live.id }
}
