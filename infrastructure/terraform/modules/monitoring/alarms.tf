variable "email" { type = string }
variable "alarms" { type = any }

locals {
  topics = toset(var.email == "" ? [] : ["alarms"])
}

resource "aws_sns_topic" "alarms" {
  for_each = local.topics

  name = "${var.name}-${each.key}"
}

resource "aws_sns_topic_subscription" "email" {
  for_each = local.topics

  topic_arn = aws_sns_topic.alarms[each.key].arn
  protocol  = "email"
  endpoint  = var.email
}

# What each means and what to do then stands in docs/operations.md under its name.
resource "aws_cloudwatch_metric_alarm" "alarms" {
  for_each = var.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms["alarms"].arn]
  ok_actions          = [aws_sns_topic.alarms["alarms"].arn]
}
