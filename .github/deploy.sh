#!/usr/bin/env bash
# The steps of a deploy to $STAGE, in the order infrastructure, functions, site: a new table or
# index is there before the programs that read it, and these before the pages that call them. What
# passed its smoke test is kept beside the state, so that a later deploy which fails is rolled back
# to it; `roll-back COMMIT` goes back to any release that did.
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
  site)
    initialise
    site=$(in_terraform output -json | jq -r '.SiteBucket.value // empty')
    if [ -z "$site" ]; then
      echo "$STAGE has no site." >&2
      exit 0
    fi
    cd infrastructure/site
    npx --yes bun@1.4.5 install --frozen-lockfile
    npx --yes bun@1.4.5 run build
    # Names below static/ have a digest; the first page comes when everything that it names is there.
    aws s3 sync --quiet dist/static "s3://$site/static" --cache-control "public, max-age=31536000, immutable"
    aws s3 sync --quiet dist "s3://$site" --exclude "static/*" --exclude index.html --cache-control no-cache
    aws s3 cp --quiet dist/index.html "s3://$site/index.html" --cache-control no-cache
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
    good=${2:-$(aws s3 cp --quiet "$releases/good" -)} || {
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
