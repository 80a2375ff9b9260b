#!/usr/bin/env bash
# The steps of a deploy to $STAGE, in the order infrastructure, functions: a new table or index is
# there before the programs that read it. What passed its smoke test is kept beside the state, so
# that a later deploy which fails is rolled back to it.
set -euo pipefail

bucket="terraform-states-$ACCOUNT-$AWS_REGION"
releases="s3://$bucket/$STAGE/releases"
folder=infrastructure/terraform

in_terraform() {
  terraform -chdir="$folder" "$@"
}

initialise() {
  in_terraform init -reconfigure -backend-config="bucket=$bucket" \
    -backend-config="key=$STAGE/omnigen.tfstate" -backend-config="region=$AWS_REGION" >&2
}

apply() {
  initialise
  in_terraform apply -auto-approve -parallelism=30 -var-file="$STAGE.tfvars" \
    -var "account=$ACCOUNT" -var "region=$AWS_REGION" "$@"
}

case "$1" in
  infrastructure)
    apply -target=module.monitoring -target=module.storage -target=module.auth
    ;;
  functions)
    apply
    ;;
  address)
    initialise
    in_terraform output -raw ApiUrl
    ;;
  remember)
    commit=$(git rev-parse HEAD)
    aws s3 sync --quiet target/lambda "$releases/$commit/"
    printf '%s' "$commit" | aws s3 cp --quiet - "$releases/good"
    ;;
  roll-back)
    good=$(aws s3 cp --quiet "$releases/good" -) || {
      echo "Nothing has passed its smoke test yet: there is nothing to roll back to." >&2
      exit 1
    }
    git checkout --quiet "$good" -- "$folder" statemachine
    rm -rf target/lambda
    aws s3 sync --quiet "$releases/$good/" target/lambda
    apply
    echo "Rolled back to $good." >&2
    ;;
  *)
    echo "$0: there is no step $1" >&2
    exit 2
    ;;
esac
