#!/bin/sh
# demo.sh: a real model goes in and comes out, by `weigh pull` and by the requests
# that an unmodified Hub client sends.  Every byte is compared; fails otherwise.
# `make demo` runs it; WEIGH_BUILD names the folder with the programs.
set -eu
cd "$(dirname "$0")/../.."
build=${WEIGH_BUILD:-build}
python=${PYTHON:-python3}
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset WEIGH_SERVER WEIGH_TOKEN HF_TOKEN
export LC_ALL=C

tmp=$(mktemp -d)
pid=
cleanup()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export HOME="$tmp"

die()
{
	echo "demo: $*" >&2
	[ ! -s "$tmp/weighd.log" ] || sed 's/^/    /' "$tmp/weighd.log" >&2
	exit 1
}

# --- two models ------------------------------------------------------------

weights=$(dpkg -L tesseract-ocr-eng 2>/dev/null | grep '/eng\.traineddata$') ||
    die "tesseract-ocr-eng is not installed; run: make deps"
eng=$tmp/eng
mkdir "$eng"
cp "$weights" "$eng/eng.traineddata"
cp /usr/share/common-licenses/Apache-2.0 "$eng/LICENSE"
cat >"$eng/config.json" <<'JSON'
{"model_type": "tesseract-lstm", "languages": ["eng"], "weights": "eng.traineddata"}
JSON
cat >"$eng/README.md" <<'CARD'
---
license: apache-2.0
language: en
pipeline_tag: image-to-text
library_name: tesseract
---
# English for Tesseract

The trained network that Debian's tesseract-ocr-eng installs.
CARD
"$python" tests/demo/make_sharded.py "$tmp/tiny-sharded"

# --- weighd ----------------------------------------------------------------

: >"$tmp/weighd.log" # it is looked into before weighd may have begun
"$build/weighd" --data "$tmp/data" --listen 127.0.0.1:0 2>"$tmp/weighd.log" &
pid=$!
url=
for _ in $(seq 200); do
	url=$(sed -n 's/^weighd: ready on \(http:[^ ]*\).*/\1/p' "$tmp/weighd.log")
	[ -z "$url" ] || break
	kill -0 "$pid" 2>/dev/null || die "weighd ended before it was ready"
	sleep 0.1
done
[ -n "$url" ] || die "weighd is not ready after 20 seconds"
echo "weighd is ready on $url"

# fetch ARGS... URL: curl, as strict as a client.
fetch()
{
	curl --noproxy '*' -sS --fail --max-time 60 "$@"
}

# field EXPRESSION: what a JSON document `d` on stdin says.
field()
{
	"$python" -c "import json,sys; d = json.load(sys.stdin); print($1)"
}

# by_curl NAME FOLDER: what an unmodified client asks for, in its order.  The
# biggest file is cut off in the middle and taken up again with a Range.
by_curl()
{
	sha=$(fetch "$url/api/models/$1/revision/main" | field 'd["sha"]')
	fetch "$url/api/models/$1/tree/$sha?recursive=true&expand=false" |
	    field '"\n".join(e["path"] for e in d if e["type"] == "file")' >"$tmp/paths"
	requests=2
	while read -r path; do
		file=$url/$1/resolve/$sha/$path
		mkdir -p "$2/$(dirname "$path")"
		size=$(fetch -I -H 'Accept-Encoding: identity' "$file" |
		    tr -d '\r' | awk 'tolower($1) == "content-length:" { print $2 }')
		if [ "$size" -gt 1000000 ]; then
			fetch -r "0-$((size / 2))" -o "$2/$path" "$file"
			requests=$((requests + 1))
		fi
		fetch -C - -o "$2/$path" "$file"
		requests=$((requests + 2))
	done <"$tmp/paths"
	echo "  curl        $1@$sha  in $requests requests"
}

# same NAME SOURCE: compare what came back both ways, byte by byte.
same()
{
	(cd "$2" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >"$tmp/want"
	while read -r path; do
		want=$(sha256sum <"$2/$path")
		for way in weigh curl; do
			got=$tmp/by-$way/$1/$path
			cmp -s "$2/$path" "$got" || die "$1/$path by $way differs"
			[ "$(sha256sum <"$got")" = "$want" ] || die "$1/$path: sha256sum"
		done
		echo "  ${want%% *}  $path  ok"
	done <"$tmp/want"
}

# --- in, out, compared -----------------------------------------------------

for name in tesseract-ocr/eng demo/tiny-sharded; do
	source=$tmp/${name#*/}
	echo
	echo "$name"
	said=$("$build/weigh" --server "unix:$tmp/data/control.sock" \
	    add "$source" "$name" 2>"$tmp/err") || die "weigh add: $(cat "$tmp/err")"
	echo "  weigh add   $said"
	mkdir -p "$tmp/by-weigh/$name"
	said=$("$build/weigh" --server "$url" \
	    pull "$name" --to "$tmp/by-weigh/$name" 2>"$tmp/err") ||
	    die "weigh pull: $(cat "$tmp/err")"
	echo "  weigh pull  $said"
	by_curl "$name" "$tmp/by-curl/$name"
	same "$name" "$source"
done

for way in weigh curl; do
	cmp "$weights" "$tmp/by-$way/tesseract-ocr/eng/eng.traineddata" ||
	    die "eng.traineddata by $way is not the one that went in"
done

kill "$pid"
wait "$pid" || die "weighd did not end cleanly"
pid=
echo
echo "Everything came back the same, both ways, eng.traineddata too; weighd has stopped."
