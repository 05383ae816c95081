# SPDX-License-Identifier: Apache-2.0
# The libraries that bundler links, compiled without their own configure scripts and makefiles.
# sysroot.sh runs this in an empty directory, with SRC (the unpacked sources), CONFIG (the
# configuration headers: the folders beside this file), CC, AR, CFLAGS and SMALL (flags for what
# takes no time).
#
# Of each library only the members are compiled that the program and its tests link; one that is
# missing here is an undefined symbol there. They are in the order of the library's own archive,
# which is the order in which the linker takes them. Members that a version does not have are
# passed over: those of Debian 12, Debian 13 and Ubuntu 24.04 are not the same.
# tests/reproducible/libraries compares them with what the libraries' own makefiles make.

MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
ifeq ($(filter x86_64 aarch64,$(MACHINE)),)
$(error cannot build for '$(MACHINE)': the members are known for x86_64 and aarch64)
endif

all: libarchive.a libbearssl.a libbz2.a libcurl.a libdeflate.a libjansson.a liblzma.a libnettle.a \
	libyaml.a libz.a libzstd.a

# ---- what every library has ----

# The flags are those of all libraries, of the library, and of the member.
compile = $(CC) $(CFLAGS) $($(@D).flags) $(flags) -c -o $@

# $(call source,PACKAGE,MEMBER): in the first folder that has it, if any.
source = $(firstword $(wildcard $(foreach folder,$($(1).folders),\
	$(folder)/$(2).asm $(folder)/$(2).c)))

# $(call object,PACKAGE,SOURCE)
object = $(1)/$(notdir $(basename $(2))).o

define member.c
$(call object,$(1),$(2)): $(2) | $(1)
	$$(compile) $$<

endef

define member.asm
$(call object,$(1),$(2)): $(2) | $(1)
	$$(m4) $$< >$$(@:.o=.s)
	$$(compile) $$(@:.o=.s)

endef

# $(call library,PACKAGE,ARCHIVE): the rules for both and for the members.
define library
$(1).sources := $(foreach member,$($(1).members),$(call source,$(1),$(member)))
$$(eval $$(foreach source,$$($(1).sources),$$(call member$$(suffix $$(source)),$(1),$$(source))))
$(2): $$(foreach source,$$($(1).sources),$$(call object,$(1),$$(source)))
	$(AR) crD $$@ $$^
$(1):
	mkdir $$@
endef

# ---- curl: HTTP ----

curl.folders = $(SRC)/curl/lib $(addprefix $(SRC)/curl/lib/,curlx vauth vtls vquic)
curl.members = asyn-base asyn-thrdd asyn-thread base64 bufq cf-h1-proxy cf-haproxy cf-http \
	cf-https-connect cf-socket cfilters conncache connect content_encoding cshutdn \
	curl_addrinfo curl_log curl_memrchr curl_range curl_threads curl_trc cw-out cw-pause dynbuf \
	dynhds easy escape file getenv getinfo hash headers hmac hostasyn hostip hostip6 http http1 \
	http_chunks http_proxy idn if2ip llist mprintf multi multi_ev nonblock noproxy parsedate \
	progress request select sendf setopt sha256 share slist socketpair socks speedcheck splay \
	strcase strdup strequal strerror strparse strtoofft timediff timeval transfer uint-bset \
	uint-spbset uint-table url urlapi warnless vauth bearssl cipher_suite vtls vtls_scache \
	vquic
curl.flags = $(SMALL) -fPIC -DPIC -fvisibility=hidden -DHAVE_CONFIG_H -DBUILDING_LIBCURL \
	-DCURL_STATICLIB -DCURL_HIDDEN_SYMBOLS -Werror=implicit-function-declaration \
	-I$(CONFIG)/curl -I$(SRC)/curl/include -I$(SRC)/curl/lib -isystem $(SRC)/bearssl/inc
$(eval $(call library,curl,libcurl.a))

# ---- libarchive: tar, zip ----

# The writer that is asked for by name brings those of all formats; archive_read_open_memory is for
# the tests.
libarchive.folders = $(SRC)/libarchive/libarchive
libarchive.members = archive_acl archive_check_magic archive_cryptor archive_entry \
	archive_entry_sparse archive_entry_xattr archive_hmac archive_ppmd7 archive_ppmd8 \
	archive_random archive_rb archive_read archive_read_add_passphrase archive_read_open_fd \
	archive_read_open_memory archive_read_support_format_tar archive_read_support_format_zip \
	archive_string archive_string_sprintf archive_util archive_virtual archive_write \
	archive_write_set_format archive_write_set_format_7zip archive_write_set_format_cpio \
	archive_write_set_format_cpio_binary archive_write_set_format_cpio_newc \
	archive_write_set_format_cpio_odc archive_write_set_format_iso9660 \
	archive_write_set_format_mtree archive_write_set_format_pax archive_write_set_format_raw \
	archive_write_set_format_shar archive_write_set_format_ustar \
	archive_write_set_format_gnutar archive_write_set_format_warc archive_write_set_format_xar \
	archive_write_set_format_zip archive_write_set_passphrase
libarchive.flags = $(SMALL) -ffunction-sections -fdata-sections -fvisibility=hidden \
	-DHAVE_CONFIG_H -D__LIBARCHIVE_ENABLE_VISIBILITY -Werror=implicit-function-declaration \
	-I$(CONFIG)/libarchive -isystem $(SRC)/zlib
$(eval $(call library,libarchive,libarchive.a))

# ---- BearSSL: TLS, SHA-256 ----

bearssl.folders = $(wildcard $(SRC)/bearssl/src/*)
bearssl.members = ccm ccopy dec32be dec32le dec64be enc32be enc32le enc64be pemdec pemenc \
	ec_all_m31 ec_c25519_m31 ec_default ec_p256_m31 ec_prime_i31 ec_secp256r1 ec_secp384r1 \
	ec_secp521r1 ecdsa_atr ecdsa_default_vrfy_asn1 ecdsa_i31_bits ecdsa_i31_sign_asn1 \
	ecdsa_i31_sign_raw ecdsa_i31_vrfy_asn1 ecdsa_i31_vrfy_raw ecdsa_rta ghash_ctmul64 \
	ghash_pclmul md5 multihash sha1 sha2big sha2small i31_add i31_bitlen i31_decmod i31_decode \
	i31_encode i31_fmont i31_iszero i31_modpow i31_montmul i31_muladd i31_ninv31 i31_rshift \
	i31_sub i31_tmont i32_div32 i62_modpow2 hmac hmac_ct hmac_drbg sysrng \
	rsa_default_pkcs1_vrfy rsa_default_pub rsa_i62_pkcs1_vrfy rsa_i62_pub rsa_pkcs1_sig_unpad \
	prf prf_md5sha1 prf_sha256 prf_sha384 ssl_client ssl_client_default_rsapub ssl_client_full \
	ssl_engine ssl_engine_default_aescbc ssl_engine_default_aesccm ssl_engine_default_aesgcm \
	ssl_engine_default_chapol ssl_engine_default_descbc ssl_engine_default_ecdsa \
	ssl_engine_default_rsavrfy ssl_hs_client ssl_rec_cbc ssl_rec_ccm ssl_rec_chapol \
	ssl_rec_gcm aes_ct64 aes_ct64_cbcdec aes_ct64_cbcenc aes_ct64_ctr aes_ct64_ctrcbc \
	aes_ct64_dec aes_ct64_enc aes_x86ni aes_x86ni_cbcdec aes_x86ni_cbcenc aes_x86ni_ctr \
	aes_x86ni_ctrcbc chacha20_ct chacha20_sse2 des_ct des_ct_cbcdec des_ct_cbcenc des_support \
	poly1305_ctmul poly1305_ctmulq x509_decoder x509_minimal
# The sanitizer does not let words be read from addresses that are no multiples of their size.
bearssl.flags = -I$(SRC)/bearssl/src -I$(SRC)/bearssl/inc \
	$(if $(findstring -fsanitize=,$(CFLAGS)),-DBR_LE_UNALIGNED=0)
# SHA-256 is what a warm run mostly waits for: with these flags it is a quarter faster.
bearssl/sha2small.o: flags = -O3 -fno-tree-loop-vectorize -fno-tree-pre -fno-gcse
$(eval $(call library,bearssl,libbearssl.a))

# ---- Nettle: SHA-256 of what is written, in assembler ----

nettle-machine = $(MACHINE:aarch64=arm64)
nettle.folders = $(SRC)/nettle/$(nettle-machine)/fat $(SRC)/nettle/$(nettle-machine) $(SRC)/nettle
nettle.members = aes-decrypt-internal aes-decrypt-table aes128-decrypt aes192-decrypt \
	aes256-decrypt aes-encrypt-internal aes-encrypt-table aes128-encrypt aes192-encrypt \
	aes256-encrypt cbc cbc-aes128-encrypt cbc-aes192-encrypt cbc-aes256-encrypt ghash-set-key \
	ghash-update memxor memxor3 sha1-compress sha256 sha256-compress sha256-compress-n write-be32 \
	fat-$(nettle-machine) cpuid memxor-2 aes128-encrypt-2 aes128-decrypt-2 aes192-encrypt-2 \
	aes192-decrypt-2 aes256-encrypt-2 aes256-decrypt-2 cbc-aes128-encrypt-2 \
	cbc-aes192-encrypt-2 cbc-aes256-encrypt-2 ghash-set-key-2 ghash-update-2 sha1-compress-2 \
	sha256-compress-2 sha256-compress-n-2
nettle.flags = -fPIC -DHAVE_CONFIG_H -I$(CONFIG)/nettle
m4 = m4 -Dsrcdir=$(SRC)/nettle -DMACHINE=$(MACHINE) $(SRC)/nettle/m4-utils.m4 \
	$(SRC)/nettle/asm.m4 $(CONFIG)/nettle/config.m4 $(SRC)/nettle/$(nettle-machine)/machine.m4
$(eval $(call library,nettle,libnettle.a))

# ---- zlib, libdeflate: inflate, deflate ----

zlib.folders = $(SRC)/zlib
# Those that begin with gz are for the tests.
zlib.members = adler32 crc32 deflate inffast inflate inftrees trees zutil gzclose gzlib \
	gzread gzwrite
# The tables of CRC-32 are made when they are needed.
zlib.flags = -D_LARGEFILE64_SOURCE=1 -DHAVE_HIDDEN -DHAVE_UNISTD_H -DHAVE_STDARG_H -DDYNAMIC_CRC_TABLE
$(eval $(call library,zlib,libz.a))

libdeflate.folders = $(SRC)/libdeflate/lib $(SRC)/libdeflate/lib/$(if $(filter aarch64,$(MACHINE)),arm,x86)
libdeflate.members = cpu_features crc32 deflate_compress deflate_decompress gzip_compress \
	gzip_decompress utils
libdeflate.flags = -I$(SRC)/libdeflate
$(eval $(call library,libdeflate,libdeflate.a))

# ---- zstd: only what one level of compression needs, and reading ----

libzstd.folders = $(addprefix $(SRC)/libzstd/lib/,compress decompress common)
libzstd.members = zstd_double_fast zstd_compress entropy_common error_private fse_compress \
	fse_decompress hist huf_compress huf_decompress xxhash zstd_common zstd_compress_literals \
	zstd_compress_sequences zstd_compress_superblock zstd_ddict zstd_decompress \
	zstd_decompress_block zstd_fast zstd_lazy zstd_ldm zstd_opt zstd_preSplit
libzstd.flags = -DZSTD_STRIP_ERROR_STRINGS -DZSTD_DISABLE_ASM -DDYNAMIC_BMI2=0 \
	-DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT $(zstd-small)
# Small, but for the loop that finds matches.
zstd-small = $(SMALL) -DZSTD_NO_INLINE
libzstd/zstd_double_fast.o: zstd-small =
# The table in which libzstd looks for the way to do a block would link all nine strategies, in
# all their forms, so each of its entries is made the one that level 3 has for every length.
libzstd/zstd_compress.o: flags = $(foreach strategy,fast doubleFast greedy lazy lazy2 btlazy2 \
	btopt btultra btultra2,$(foreach form,/ /_extDict /_dictMatchState /_dedicatedDictSearch,\
	$(foreach row,/ /_row,-DZSTD_compressBlock_$(strategy)$(form:/%=%)$(row:/%=%)=$(zstd-one))))
zstd-one = ZSTD_compressBlock_doubleFast
$(eval $(call library,libzstd,libzstd.a))

# ---- liblzma, bzip2: reading xz and bzip2 ----

xz-utils.folders = $(addprefix $(SRC)/xz-utils/src/liblzma/,common check lz lzma simple)
xz-utils.members = common block_util filter_common stream_flags_common vli_size block_decoder \
	block_header_decoder filter_decoder filter_flags_decoder index_hash stream_decoder \
	stream_flags_decoder vli_decoder check crc32_small crc64_table crc64_fast sha256 \
	lz_decoder lzma_decoder lzma2_decoder simple_coder simple_decoder x86 arm armthumb arm64
xz-utils.flags = -fvisibility=hidden -DHAVE_CONFIG_H -DTUKLIB_SYMBOL_PREFIX=lzma_ \
	-I$(CONFIG)/xz-utils $(addprefix -I$(SRC)/xz-utils/src/,liblzma/api liblzma/rangecoder \
	liblzma/delta common $(xz-utils.folders:$(SRC)/xz-utils/src/%=%))
# Only headers are checked with CRC-32, so its small form will do.
xz-utils/crc32_small.o: flags = -DHAVE_SMALL -DHAVE_FUNC_ATTRIBUTE_CONSTRUCTOR
$(eval $(call library,xz-utils,liblzma.a))

# Those that compress are for the tests; in the program the linker leaves them out.
bzip2.folders = $(SRC)/bzip2
bzip2.members = blocksort huffman crctable randtable compress decompress bzlib
bzip2.flags = -ffunction-sections -fdata-sections -D_FILE_OFFSET_BITS=64 -DBZ_NO_STDIO
$(eval $(call library,bzip2,libbz2.a))

# ---- jansson, libyaml ----

jansson.folders = $(SRC)/jansson/src
jansson.members = dump error hashtable hashtable_seed load memory pack_unpack strbuffer \
	strconv utf value
jansson.flags = $(SMALL) -DHAVE_CONFIG_H -I$(CONFIG)/jansson -I.
$(eval $(call library,jansson,libjansson.a))

# The first is the public header. Numbers are written in the C locale only, so localeconv has
# nothing to add.
$(jansson.members:%=jansson/%.o): jansson_config.h
jansson_config.h: $(SRC)/jansson/src/jansson_config.h.in
	sed 's/@json_inline@/inline/; s/@json_have_localeconv@/0/; s/@[a-z_]*@/1/' $< >$@

libyaml.folders = $(SRC)/libyaml/src
libyaml.members = api loader parser reader scanner
yaml-version = $(subst ., ,$(YAML_VERSION))
libyaml.flags = $(SMALL) -I$(SRC)/libyaml/include -DYAML_VERSION_STRING='"$(YAML_VERSION)"' \
	-DYAML_VERSION_MAJOR=$(word 1,$(yaml-version)) -DYAML_VERSION_MINOR=$(word 2,$(yaml-version)) \
	-DYAML_VERSION_PATCH=$(word 3,$(yaml-version))
$(eval $(call library,libyaml,libyaml.a))
