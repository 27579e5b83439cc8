#!/usr/bin/env bash
# A walk through the API with curl: starts a registry in a temporary folder on a free port, and checks every answer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node=node_modules/.bin/node
data=$(mktemp -d)
server=''
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
  rm -rf "$data"
}
trap cleanup EXIT

PORT=0 DATA_DIR=$data/registry "$node" src/main.ts serve >"$data/log" 2>"$data/first-start" &
server=$!
for _ in $(seq 100); do
  grep -q 'listening at' "$data/log" && break
  sleep 0.1
done
url=$(grep -o 'listening at http[^"]*' "$data/log" | cut -d' ' -f3)
registrar=$(grep -o 'crk_[^ ]*' "$data/first-start")
echo "the registry listens at $url"

# post KEY PATH JSON: sends a command, prints the answer; an answer of 400 and above ends the walk.
post() {
  curl --silent --show-error --fail-with-body -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
    "$url/api/v1$2" --data "$3"
}
get() { curl --silent --show-error --fail-with-body "$url/api/v1$1"; }
# field NAME: reads a dotted field of the JSON on standard input.
field() { "$node" -e 'const path = process.argv[1].split("."); let v = JSON.parse(require("node:fs").readFileSync(0, "utf8")); for (const p of path) v = v?.[p]; console.log(v)' "$1"; }
# expect WANTED GOT WHAT
expect() {
  if [ "$1" != "$2" ]; then
    echo "$3: expected $1, got $2" >&2
    exit 1
  fi
  echo "$3: $2"
}

post "$registrar" /organizations '{"id": "council", "name": {"en": "Interstate Council"}}' >"$data/answer"
post "$registrar" /organizations '{"id": "state-fund", "name": {"ky": "Мамлекеттик фонд", "en": "State Fund"}, "aliases": [{"ky": "Мамфонд"}]}' >"$data/answer"
post "$registrar" /sessions '{"id": "session-34", "body": "council", "number": 34, "startsOn": "2024-11-06", "endsOn": "2024-11-07", "place": {"city": {"en": "Astana"}, "country": "KZ"}, "format": "hybrid"}' >"$data/answer"
post "$registrar" /issuers '{"id": "council", "name": {"en": "Interstate Council"}, "body": "council"}' >"$data/answer"
post "$registrar" /issuers/council/accreditations '{"accreditationId": "a1", "kinds": ["status"], "from": "2024-01-01"}' >"$data/answer"
key=$(post "$registrar" /issuers/council/keys '{"role": "issuer"}' | field key)

certificate='{"issuerId": "council", "kind": "status", "title": {"en": "Certificate of status", "ky": "Статус үчүн сертификат"},
  "recipient": {"type": "organization", "organizationId": "state-fund", "nameAsWritten": {"ky": "Мамлекеттик фонд"}},
  "basis": {"sessionId": "session-34"}, "issuedOn": "2024-11-07"}'
id=$(post "$key" /certificates "$certificate" | field id)
echo "issued: $id"
post "$key" "/certificates/$id/acceptance" '{"person": {"name": {"ky": "Муктаров Т.К."}}, "acceptedOn": "2024-11-07"}' >"$data/answer"
expect valid "$(get "/certificates/$id" | field verdict.status)" 'today it is'
expect not-yet-valid "$(get "/certificates/$id?at=2024-11-01" | field verdict.status)" 'on 1 November 2024 it was'
expect "$id" "$(get '/search?q=Mukhtarov' | field hits.0.id)" 'a search for Mukhtarov finds'
post "$key" "/certificates/$id/corrections" '{"changes": [{"field": "acceptance.person", "after": {"name": {"ky": "Мухтаров Т. К."}}}], "reason": "spelling"}' >"$data/answer"
post "$key" "/certificates/$id/revocation" '{"from": "2025-03-01", "reason": "status given up"}' >"$data/answer"
expect revoked "$(get "/certificates/$id" | field verdict.status)" 'today it is'
expect valid "$(get "/certificates/$id?at=2025-02-28" | field verdict.status)" 'on 28 February 2025 it was'
expect 4 "$(get "/certificates/$id/timeline" | field entries.length)" 'changes in its timeline'
events=$(curl --silent --fail -H "Authorization: Bearer $registrar" "$url/api/v1/events?stream=award-$id" | wc -l)
expect 4 "$events" 'events replayed'
mistyped=$(curl --silent --output "$data/answer" --write-out '%{http_code}' "$url/api/v1/certificates/0000-0000-0000-0001-1")
expect 400 "$mistyped" 'a mistyped ID answers'
echo 'done'
