//go:build egl

// go-gl's loader mentions eglGetProcAddress, which alone would make every binary need libEGL.so.1 to start. We load GL
// with Context.Proc and never call that loader, so this stands in for the library's function inside the binary. Hidden,
// so that no library that loads later finds it.
__attribute__((visibility("hidden"))) void *eglGetProcAddress(const char *name) {
    (void)name;
    return 0;
}
