dnl SPDX-License-Identifier: Apache-2.0
dnl The configuration of Nettle's assembler: ELF, little-endian; MACHINE is x86_64 or aarch64.
define(`SYMBOL_PREFIX', `'`$1')dnl
define(`ELF_STYLE', `yes')dnl
define(`COFF_STYLE', `no')dnl
define(`TYPE_FUNCTION', `%function')dnl
define(`TYPE_PROGBITS', `%progbits')dnl
define(`ALIGN_LOG', ifelse(MACHINE, `aarch64', `yes', `no'))dnl
define(`W64_ABI', `no')dnl
define(`RODATA', `.section .rodata')dnl
define(`WORDS_BIGENDIAN', `no')dnl
define(`ASM_X86_ENDBR', `')dnl
define(`ASM_X86_MARK_CET_ALIGN', `')dnl
dnl What every file ends with: the stack need not be executable.
divert(1)
.section .note.GNU-stack,"",TYPE_PROGBITS
divert
