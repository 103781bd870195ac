# Fetches the source of a job, then becomes its command. POSIX sh; needs git, or curl, wget or
# python3 and tar. Reads AWSML_SOURCE_{URL,COMMIT,REF,ARCHIVE,TOKEN}.
set -eu
at=${AWSML_SOURCE_DIR:-${TMPDIR:-/tmp}/awsml-source}
want=${AWSML_SOURCE_COMMIT:-${AWSML_SOURCE_REF:-HEAD}}
from=${AWSML_SOURCE_ARCHIVE:-${AWSML_SOURCE_URL:-}}
shown=$from # in the log, without a password
case $from in *://*@*) shown=${from%%://*}://${from#*@} ;; esac
has() { command -v "$1" >/dev/null 2>&1; }
header() {
  [ -z "${AWSML_SOURCE_TOKEN:-}" ] ||
    printf 'Authorization: Basic %s' "$(printf 'x-access-token:%s' "$AWSML_SOURCE_TOKEN" | base64 | tr -d '\n')"
}
by_git() {
  if [ -n "${AWSML_SOURCE_TOKEN:-}" ]; then
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0="$(header)"
  fi
  export GIT_TERMINAL_PROMPT=0
  git init -q "$at" && cd "$at" || return 1
  git fetch -q --depth 1 -- "$from" "$want" || git fetch -q -- "$from" || return 1
  git checkout -q --detach FETCH_HEAD 2>/dev/null && [ "$(git rev-parse HEAD)" = "$want" ] ||
    git checkout -q --detach "$want" 2>/dev/null || git checkout -q --detach FETCH_HEAD
  AWSML_SOURCE_COMMIT=$(git rev-parse HEAD)
  export AWSML_SOURCE_COMMIT
}
download() {
  if has curl; then
    if [ -n "${AWSML_SOURCE_TOKEN:-}" ]; then curl -fsSL -H "$(header)" -o "$2" "$1"; else curl -fsSL -o "$2" "$1"; fi
  elif has wget; then
    wget -q ${AWSML_SOURCE_TOKEN:+--header="$(header)"} -O "$2" "$1"
  elif has python3; then
    AWSML_HEADER=$(header) python3 -c '
import os, sys, urllib.request as u
name, _, value = os.environ["AWSML_HEADER"].partition(": ")
request = u.Request(sys.argv[1], headers={name: value} if value else {})
open(sys.argv[2], "wb").write(u.urlopen(request, timeout=60).read())' "$1" "$2"
  else
    echo "awsml: the image has no git, curl, wget or python3" >&2; return 1
  fi
}
unpack() { mkdir -p "$at" && tar -xzf "$1" -C "$at" --strip-components "$2" && cd "$at"; }
by_archive() {
  base=${from%.git}
  for address in "$base/archive/$want.tar.gz" "$base/-/archive/$want/source.tar.gz"; do
    if download "$address" "$at.tar.gz"; then unpack "$at.tar.gz" 1; return; fi
  done
  return 1
}
by_s3() {
  if has aws; then aws s3 cp --only-show-errors "$from" "$at.tar.gz" || return 1
  else
    python3 -c '
import sys, boto3
bucket, _, key = sys.argv[1][5:].partition("/")
boto3.client("s3").download_file(bucket, key, sys.argv[2])' "$from" "$at.tar.gz" || return 1
  fi
  unpack "$at.tar.gz" 0
}
by_copy() { mkdir -p "$at" && cp -R "${from#file://}/." "$at" && cd "$at"; }
fetch() {
  rm -rf "$at" "$at.tar.gz"
  case $from in
    s3://*) by_s3 ;;
    file://*) if [ -n "${AWSML_SOURCE_ARCHIVE:-}" ]; then by_copy; else by_git; fi ;;
    *) if has git; then by_git; else by_archive; fi ;;
  esac
}
for pause in 2 8 0; do
  if fetch; then
    echo "awsml: source $shown${AWSML_SOURCE_COMMIT:+ at $AWSML_SOURCE_COMMIT}" >&2
    unset AWSML_SOURCE_TOKEN GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
    exec "$@"
  fi
  [ "$pause" = 0 ] || { echo "awsml: fetching failed, trying again in $pause s" >&2; sleep "$pause"; }
done
echo "awsml: cannot fetch $shown at $want after 3 tries; check the address, the ref, the token and the network" >&2
exit 72
