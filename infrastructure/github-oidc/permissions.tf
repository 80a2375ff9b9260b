# What a deploy may do: everything to what bears its environment's prefix, and nothing to the
# rest. Where a service gives ids instead of names, what bears no name is let in.
locals {
  # Of each service, the resources whose names begin with the prefix.
  named = {
    for environment, prefix in var.environments : environment => {
      lambda = [
        "arn:${local.partition}:lambda:${var.region}:${local.account}:function:${prefix}-*",
        "arn:${local.partition}:lambda:${var.region}:${local.account}:layer:${prefix}-*",
      ]
      dynamodb       = ["arn:${local.partition}:dynamodb:${var.region}:${local.account}:table/${prefix}-*"]
      sqs            = ["arn:${local.partition}:sqs:${var.region}:${local.account}:${prefix}-*"]
      s3             = ["arn:${local.partition}:s3:::${prefix}-*"]
      secretsmanager = ["arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:${prefix}/*"]
      states         = ["arn:${local.partition}:states:${var.region}:${local.account}:stateMachine:${prefix}-*"]
      scheduler      = ["arn:${local.partition}:scheduler:${var.region}:${local.account}:schedule/default/${prefix}-*"]
      events         = ["arn:${local.partition}:events:${var.region}:${local.account}:rule/${prefix}-*"]
      logs = [
        "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/lambda/${prefix}*",
        "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/apigateway/${prefix}*",
        "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/vendedlogs/states/${prefix}-*",
      ]
    }
  }

  statements = {
    for environment, prefix in var.environments : environment => concat(
      [for service, resources in local.named[environment] : { Effect = "Allow", Action = ["${service}:*"], Resource = resources }],
      [
        {
          Effect   = "Allow"
          Action   = ["apigateway:*"]
          Resource = ["arn:${local.partition}:apigateway:${var.region}::/apis", "arn:${local.partition}:apigateway:${var.region}::/apis/*"]
        },
        {
          # Of the site's distribution and what belongs to it only functions have a name in their ARN.
          Effect = "Allow"
          Action = ["cloudfront:*"]
          Resource = [
            "arn:${local.partition}:cloudfront::${local.account}:distribution/*",
            "arn:${local.partition}:cloudfront::${local.account}:origin-access-control/*",
            "arn:${local.partition}:cloudfront::${local.account}:response-headers-policy/*",
            "arn:${local.partition}:cloudfront::${local.account}:cache-policy/*",
            "arn:${local.partition}:cloudfront::${local.account}:key-group/*",
            "arn:${local.partition}:cloudfront::${local.account}:public-key/*",
            "arn:${local.partition}:cloudfront::${local.account}:function/${prefix}-*",
          ]
        },
        {
          Effect   = "Allow"
          Action   = ["cognito-idp:*"]
          Resource = ["arn:${local.partition}:cognito-idp:${var.region}:${local.account}:userpool/*"]
        },
        {
          Effect = "Allow"
          Action = [
            "cognito-idp:CreateUserPool", "cognito-idp:DescribeUserPoolDomain",
            "lambda:CreateEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping",
            "lambda:DeleteEventSourceMapping", "lambda:ListEventSourceMappings", "lambda:ListTags",
            "logs:DescribeLogGroups", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
            "states:ValidateStateMachineDefinition",
          ]
          Resource = ["*"]
        },
        {
          Effect   = "Allow"
          Action   = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
          Resource = [aws_s3_bucket.states.arn, "${aws_s3_bucket.states.arn}/${environment}/*"]
        },
        {
          Effect = "Allow"
          Action = [
            "iam:CreateRole", "iam:GetRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:TagRole",
            "iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy", "iam:ListRolePolicies", "iam:AttachRolePolicy",
            "iam:DetachRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
          ]
          Resource = ["arn:${local.partition}:iam::${local.account}:role/${prefix}-*"]
        },
      ],
    )
  }
}

resource "aws_iam_role_policy" "deploy" {
  for_each = var.environments

  name = "own"
  role = aws_iam_role.deploy[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.statements[each.key], [{
      # A role is given to what runs with it, and to nothing else.
      Effect   = "Allow"
      Action   = ["iam:PassRole"]
      Resource = ["arn:${local.partition}:iam::${local.account}:role/${each.value}-*"]
      Condition = {
        StringEquals = {
          "iam:PassedToService" = ["lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"]
        }
      }
    }])
  })
}
