locals {
  # "PlannerArn" in the definition is the function `planner`.
  step_arns = {
    for name, function in aws_lambda_function.this :
    "${join("", [for word in split("-", name) : title(word)])}Arn" => function.arn
  }
  steps = ["planner", "generator", "soundtrack", "scene-preparer", "composer", "job-finisher"]
}

resource "aws_iam_role" "workflow" {
  name = "${var.name}-workflow"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "workflow" {
  name = "own"
  role = aws_iam_role.workflow.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = [for step in local.steps : aws_lambda_function.this[step].arn]
      },
      {
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
          "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "workflow_traces" {
  role       = aws_iam_role.workflow.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AWSXrayWriteOnlyAccess"
}

resource "aws_sfn_state_machine" "workflow" {
  name       = "${var.name}-workflow"
  type       = "STANDARD"
  role_arn   = aws_iam_role.workflow.arn
  definition = templatefile(var.definition, merge(local.step_arns, var.definition_values))

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${var.workflow_log_group}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.workflow, aws_iam_role_policy_attachment.workflow_traces]
}

output "workflow_arn" {
  value = aws_sfn_state_machine.workflow.arn
}
