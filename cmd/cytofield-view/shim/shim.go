// Package shim gives cimgui-go's prebuilt archive what it expects of a system.
package shim

// #cgo LDFLAGS: -ldl
// #include <dlfcn.h>
// #include <features.h>
// #include <stdarg.h>
// #include <stdio.h>
//
// // The archive was made on glibc 2.38, whose headers rename sscanf; Debian 12 has 2.36.
// #if defined(__GLIBC__) && (__GLIBC__ < 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ < 38))
// int __isoc23_sscanf(const char *s, const char *format, ...) {
// 	va_list arguments;
// 	va_start(arguments, format);
// 	int n = vsscanf(s, format, arguments);
// 	va_end(arguments);
// 	return n;
// }
// #endif
//
// static void keepGL(void) {
// 	dlopen("libOpenGL.so.0", RTLD_LAZY | RTLD_LOCAL);
// 	dlopen("libGL.so.1", RTLD_LAZY | RTLD_LOCAL);
// }
import "C"

// KeepGL keeps the GL libraries in memory. ImGui's renderer lets go of the one it uses when it is shut down, and
// calls functions at the old addresses when it is begun again.
func KeepGL() { C.keepGL() }
