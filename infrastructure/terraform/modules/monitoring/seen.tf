variable "dashboards" { type = map(string) }
variable "queries" { type = map(string) }

resource "aws_cloudwatch_dashboard" "dashboards" {
  for_each = var.dashboards

  dashboard_name = each.key
  dashboard_body = each.value
}

# Of Logs Insights.
resource "aws_cloudwatch_query_definition" "queries" {
  for_each = var.queries

  name            = each.key
  log_group_names = [aws_cloudwatch_log_group.functions.name]
  query_string    = each.value
}
