#!/usr/bin/env bash
# Places the documents of the Debian package: src/place-documents.sh DIRECTORY
# The directory gets:
#   README.md, *.md, reference/    the documents, with links that work there
#   examples/PAGE/                 the rules and configurations of the pages, one file each
#   ha/                            the configuration of a pair of routers
#   relay/                         the addon of mitmproxy
# The examples are the blocks of the pages, which the tests load. So an example never differs from its page.
set -euo pipefail
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
target=$1
# A link to a file that is not in the package leads to the repository.
repository=https://github.com/proxyhelper/proxyhelper/blob/main
pages_with_examples=(router proxy service security relay many-routers)

# FILE DESTINATION
place() {
    install -D -m 644 "$root/$1" "$target/$2"
}

# PREFIX FILE: changes the links of a page. PREFIX is the path from the page's folder to docs, such as '../'.
change_links() {
    local up=${1//./\\.}
    sed -E -i \
        -e "s#\]\(${up}en-US/#](${repository}/docs/en-US/#g" \
        -e "s#\]\(${up}\.\./README\.md#](${1}README.md#g" \
        -e "s#\]\(${up}\.\./#](${repository}/#g" "$2"
}

place_pages() {
    local page prefix
    while IFS= read -r page; do
        place "docs/$page" "$page"
        prefix=
        [[ $page != */* ]] || prefix=../
        change_links "$prefix" "$target/$page"
    done < <(cd "$root/docs" && find . -name en-US -prune -o -name '*.md' -printf '%P\n' | LC_ALL=C sort)
    place README.md README.md
    sed -E -i \
        -e "s#\]\((docs/en-US|src|tests|CHANGELOG|CONTRIBUTING|LICENSE|build)#](${repository}/\1#g" \
        -e 's#(\]\(|(src|srcset|href)=")docs/#\1#g' "$target/README.md"
    for page in "$root"/docs/drawings/*.svg; do
        place "docs/drawings/${page##*/}" "drawings/${page##*/}"
    done
}

# PAGE: writes each block of rules or configuration to a file that has the name of its section.
place_examples() {
    mkdir -p "$target/examples/$1"
    awk -v page="$1.md" -v folder="$target/examples/$1" '
        BEGIN { split("nft nft haproxy cfg nginx conf squid conf conf conf ini conf sh sh", pairs, " ")
                for (i = 1; i in pairs; i += 2) extensions[pairs[i]] = pairs[i + 1] }
        # A shell script is an example if all its commands are rules.
        function has_other_commands(   lines, count, i) {
            count = split(text, lines, "\n")
            for (i = 1; i <= count; i++) if (lines[i] !~ /^(iptables |#|$)/) return 1
            return 0
        }
        function finish(   name, file) {
            if (!(language in extensions) || (language == "sh" && has_other_commands())) return
            name = tolower(section)
            gsub(/[^a-z0-9 -]/, "", name)
            gsub(/ /, "-", name)
            file = name "." (text ~ /^\[Unit\]/ ? "service" : extensions[language])
            if (written[file]++) file = name "-" written[file] substr(file, length(name) + 1)
            printf "# From %s, section \"%s\".\n%s", page, section, text >(folder "/" file)
        }
        /^```/ { if (inside) finish()
                 else { language = substr($0, 4); text = "" }
                 inside = !inside
                 next }
        inside { text = text $0 "\n"; next }
        /^#/ { section = $0; sub(/^#+ /, "", section); gsub(/`/, "", section) }
    ' "$root/docs/$1.md"
}

# The administrator copies the folder and runs its scripts.
place_pair() {
    local file
    while IFS= read -r file; do
        place "docs/ha/$file" "ha/$file"
    done < <(cd "$root/docs/ha" && find . -type f ! -name '*.md' -printf '%P\n' | LC_ALL=C sort)
    chmod 755 "$target"/ha/{install,primary-backup}.sh
}

place_pages
for page in "${pages_with_examples[@]}"; do
    place_examples "$page"
done
place_pair
place docs/relay/mitmproxy_helper.py relay/mitmproxy_helper.py
