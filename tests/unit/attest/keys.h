/* SPDX-License-Identifier: Apache-2.0 */
/* Keys for tests alone. The first three are that of RFC 6979 section A.2.5; openssl wrote all. */
#ifndef ATTEST_KEYS_H
#define ATTEST_KEYS_H

#define KEY_SEC1 \
	"-----BEGIN EC PRIVATE KEY-----\n" \
	"MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n" \
	"AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n" \
	"maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n" \
	"-----END EC PRIVATE KEY-----\n"

#define KEY_PKCS8 \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n" \
	"Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n" \
	"+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n" \
	"-----END PRIVATE KEY-----\n"

#define KEY_PUBLIC \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n" \
	"Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n" \
	"-----END PUBLIC KEY-----\n"

#define KEY_ENCRYPTED_PKCS8 \
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" \
	"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhwpbytNSTxSgICCAAw\n" \
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFKz/5Y3nFLp7nwTDMN9JgEEgZB2\n" \
	"bgqYoMvSXhDukUFhxMGzd0TDPIkJp9XtJO7IOnXR5T24jzhGLU36Xg3zRnd7byl2\n" \
	"PxbIR5TD5d3yuhH6iXralccS4+OBtM314mw3vVaNbIsU0c5l5tTXnkAsxSVMlQRT\n" \
	"eMBeaM/y4Yi28pZ9Oc7Q7IgRepasRCpfarwc8F7DENFfyLr9FrutE7xKJzu60So=\n" \
	"-----END ENCRYPTED PRIVATE KEY-----\n"

#define KEY_ENCRYPTED_SEC1 \
	"-----BEGIN EC PRIVATE KEY-----\n" \
	"Proc-Type: 4,ENCRYPTED\n" \
	"DEK-Info: AES-128-CBC,79AE1D292176854109F3B1102A716B96\n" \
	"\n" \
	"uOqt261Jujz+fhbkcGGcaNaAap60OXoyErP43AK9PinXQIuwTx2ay2oqsZUs0Y/R\n" \
	"zQGYDmjEEGXRUzzNBpE1b8BeNltDPxxxcFwbb4vAESbeiabWS0gjUEGdMqRrs+gu\n" \
	"7HaL/nPXEOV0qpOBElFUclnQ5/ZihNj8yqe7BEDs+QI=\n" \
	"-----END EC PRIVATE KEY-----\n"

#define KEY_P384 \
	"-----BEGIN EC PARAMETERS-----\n" \
	"BgUrgQQAIg==\n" \
	"-----END EC PARAMETERS-----\n" \
	"-----BEGIN EC PRIVATE KEY-----\n" \
	"MIGkAgEBBDBvUeuXqMOdJq4xvjaOOv5vxY2z5MCw5WYxtncYkPtXQT00BZRWpo4G\n" \
	"GvYwgmE6zvWgBwYFK4EEACKhZANiAATeikHbNXfEWf6XKtsEEdOd+Qx+7X3lJ7Lg\n" \
	"xB0JsDdto0Aqri5iHjYosQuEloPqk+dDQCogq4aXzt0e7iQbPq2yuFSkmMgx+M9C\n" \
	"7hte/Tvr2z2eod3ngPTsdympNkuErMM=\n" \
	"-----END EC PRIVATE KEY-----\n"

#define KEY_P384_PKCS8 \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBvUeuXqMOdJq4xvjaO\n" \
	"Ov5vxY2z5MCw5WYxtncYkPtXQT00BZRWpo4GGvYwgmE6zvWhZANiAATeikHbNXfE\n" \
	"Wf6XKtsEEdOd+Qx+7X3lJ7LgxB0JsDdto0Aqri5iHjYosQuEloPqk+dDQCogq4aX\n" \
	"zt0e7iQbPq2yuFSkmMgx+M9C7hte/Tvr2z2eod3ngPTsdympNkuErMM=\n" \
	"-----END PRIVATE KEY-----\n"

#define KEY_P384_PUBLIC \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE3opB2zV3xFn+lyrbBBHTnfkMfu195Sey\n" \
	"4MQdCbA3baNAKq4uYh42KLELhJaD6pPnQ0AqIKuGl87dHu4kGz6tsrhUpJjIMfjP\n" \
	"Qu4bXv0769s9nqHd54D07HcpqTZLhKzD\n" \
	"-----END PUBLIC KEY-----\n"

#define KEY_RSA \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIIBUwIBADANBgkqhkiG9w0BAQEFAASCAT0wggE5AgEAAkEAtpbR/jKCOks0o8oX\n" \
	"zxn0E3UIp0eTdGmgrZ9SVVnLga9EM96lW31T/lwJcIJR7BudztbIW7bmcyEuT4A/\n" \
	"YBmJhwIDAQABAkAPEpAvLbg2W7LyumIQxJGzcXvPY0c22ulaq8Y+KXV1NQDzmWjb\n" \
	"bne4YUB1dKPZCs6GkmDlObNbe1WjIFQElwMxAiEA31tRTXKG6f+Pe69qdbO6vFrr\n" \
	"LTAJktuBQYmpfUm+nU0CIQDRRjjnP8drF0PCh5hRrtYQnNtCOmmhtWdHCYIAaU4o\n" \
	"IwIgS3/prp08/5IUZUG5Ycn8IDk3b9HiGpM6UPYApcosta0CIAc1BOap4qNEhNfh\n" \
	"NZSykbq2vDJWsqaYCbt/j1OWTNPDAiBsDOwy6OxoSQiDHJxv0EZuuVacRiYlV/OO\n" \
	"3oJDn25W1A==\n" \
	"-----END PRIVATE KEY-----\n"

#define KEY_RSA_PKCS1 \
	"-----BEGIN RSA PRIVATE KEY-----\n" \
	"MIIBPAIBAAJBAPbWeUHtU++Vud8jMtIr1wETOSW4MHItGEEAh09sGiUVk5lCelp2\n" \
	"56jNC7W+PxFN8GZR8fJv5Di/oLrBVjUXriUCAwEAAQJBAPWKylqrpEh7b8epcv+h\n" \
	"PqLCJaIBBKg/dZYL2Y5HIgbp6J4CUpU6Rp4NQGZKRAsuEK4uxn1UoIzVYwy+581C\n" \
	"MeECIQD+ZA+F/XssfkahWoOq20YcC9RNSTa+Oh+N/yL5Fryo/QIhAPhmLqT/GBNM\n" \
	"R8X5cOSmXDmR216RM9kDBQYbkff2qNZJAiEAoh7WncerRfG7xXzPyIUxqxIG3LI6\n" \
	"BwU3suDUQvYwiWkCID71j08MxSpnBC4eukmKDQgeew6uGQkhJc3VgRrrbwHZAiEA\n" \
	"6sF6qNtZyqwl2cLCVaJY1SaX8Q0KJefrt/Ae3kSynFM=\n" \
	"-----END RSA PRIVATE KEY-----\n"

#define KEY_RSA_PUBLIC \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALaW0f4ygjpLNKPKF88Z9BN1CKdHk3Rp\n" \
	"oK2fUlVZy4GvRDPepVt9U/5cCXCCUewbnc7WyFu25nMhLk+AP2AZiYcCAwEAAQ==\n" \
	"-----END PUBLIC KEY-----\n"

#define KEY_ED25519 \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VwBCIEIKfJ6ZC5xrf0Vjn9ezldNl4n82QnOJcNF8GzsyUo752L\n" \
	"-----END PRIVATE KEY-----\n"

#define KEY_COMPRESSED \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADYP7UuiVanTHJYet0xjVtaMBJuJI7\n" \
	"Yfps5mliLmDyn7Y=\n" \
	"-----END PUBLIC KEY-----\n"

#endif
