variable "name" { type = string }

# One group for all functions: a film's story is read in one place.
resource "aws_cloudwatch_log_group" "functions" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 7
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = 7
}

resource "aws_cloudwatch_log_group" "workflow" {
  name              = "/aws/vendedlogs/states/${var.name}-workflow"
  retention_in_days = 7
}

output "functions" {
  value = aws_cloudwatch_log_group.functions.name
}

output "api_arn" {
  value = aws_cloudwatch_log_group.api.arn
}

output "workflow_arn" {
  value = aws_cloudwatch_log_group.workflow.arn
}
