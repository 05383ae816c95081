#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print new passwords for the files in this directory: of the clients, and of the servers HOST... of a
# cluster among themselves.
#
#	passwords.sh [HOST...] >passwords.conf
set -eu

password() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

echo "CLIENTS: \"$(password)\""
test $# -gt 0 || exit 0
servers=$(password)
echo "SERVERS: \"$servers\""
echo 'ROUTES: ['
for host; do
	echo "	\"nats://route:$servers@$host:6222\""
done
echo ']'
