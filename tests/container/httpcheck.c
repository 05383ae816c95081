/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for microcheck's httpcheck, whose releases the tests cannot fetch: `httpcheck URL`, with
 * an address in http://ADDRESS:PORT/PATH, ends with status 0 if the answer is 2xx within 5 s.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ask: whether the server at the address answers with a status of success. */
static int ask(const struct sockaddr_in *address, const char *host, const char *path)
{
	char text[1024];
	size_t length = 0;
	ssize_t got;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address))
		return 0;
	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return 0;
	while (length < sizeof "HTTP/1.1 200" - 1 &&
	       (got = read(fd, text + length, sizeof text - length)) > 0)
		length += (size_t)got;
	return length >= sizeof "HTTP/1.1 200" - 1 && !memcmp(text, "HTTP/1.", sizeof "HTTP/1." - 1) &&
	       text[sizeof "HTTP/1.1 " - 1] == '2';
}

int main(int argc, char **argv)
{
	static const char scheme[] = "http://";
	struct sockaddr_in address = {.sin_family = AF_INET};
	int known = argc == 2 && !strncmp(argv[1], scheme, sizeof scheme - 1);
	const char *host = known ? argv[1] + sizeof scheme - 1 : "";
	const char *port = strchr(host, ':'), *path = strchr(host, '/');
	char text[INET_ADDRSTRLEN];

	if (port && path && port < path)
		snprintf(text, sizeof text, "%.*s", (int)(port - host), host);
	if (!port || !path || port > path || inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fputs("usage: httpcheck http://ADDRESS:PORT/PATH\n", stderr);
		return 2;
	}
	address.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
	alarm(5);
	return !ask(&address, text, path);
}
