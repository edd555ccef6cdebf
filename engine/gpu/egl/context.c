#include "context.h"
#include <dlfcn.h>
#include <string.h>

// libEGL's functions, found once by eglLoad.
static struct {
    void *(*getProcAddress)(const char *);
    EGLint (*getError)(void);
    EGLDisplay (*getDisplay)(EGLNativeDisplayType);
    EGLBoolean (*initialize)(EGLDisplay, EGLint *, EGLint *);
    EGLBoolean (*bindAPI)(EGLenum);
    EGLBoolean (*chooseConfig)(EGLDisplay, const EGLint *, EGLConfig *, EGLint, EGLint *);
    EGLContext (*createContext)(EGLDisplay, EGLConfig, EGLContext, const EGLint *);
    EGLBoolean (*destroyContext)(EGLDisplay, EGLContext);
    EGLBoolean (*makeCurrent)(EGLDisplay, EGLSurface, EGLSurface, EGLContext);
    EGLBoolean (*releaseThread)(void);
    const char *(*queryString)(EGLDisplay, EGLint);
    PFNEGLGETPLATFORMDISPLAYEXTPROC getPlatformDisplay; // extensions: null where missing
    PFNEGLQUERYDEVICESEXTPROC queryDevices;
    PFNEGLQUERYDEVICESTRINGEXTPROC queryDeviceString;
} egl;

static void *library;

const char *eglLoad(void) {
    library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"eglGetProcAddress", &egl.getProcAddress}, {"eglGetError", &egl.getError},
        {"eglGetDisplay", &egl.getDisplay},         {"eglInitialize", &egl.initialize},
        {"eglBindAPI", &egl.bindAPI},               {"eglChooseConfig", &egl.chooseConfig},
        {"eglCreateContext", &egl.createContext},   {"eglDestroyContext", &egl.destroyContext},
        {"eglMakeCurrent", &egl.makeCurrent},       {"eglReleaseThread", &egl.releaseThread},
        {"eglQueryString", &egl.queryString},
    };
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        void *f = dlsym(library, wanted[i].name);
        if (!f) return wanted[i].name;
        memcpy(wanted[i].function, &f, sizeof f);
    }
    const char *extensions = egl.queryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    if (extensions && strstr(extensions, "EGL_EXT_platform_base"))
        egl.getPlatformDisplay = (PFNEGLGETPLATFORMDISPLAYEXTPROC)egl.getProcAddress("eglGetPlatformDisplayEXT");
    if (extensions && (strstr(extensions, "EGL_EXT_device_base") || strstr(extensions, "EGL_EXT_device_enumeration"))) {
        egl.queryDevices = (PFNEGLQUERYDEVICESEXTPROC)egl.getProcAddress("eglQueryDevicesEXT");
        egl.queryDeviceString = (PFNEGLQUERYDEVICESTRINGEXTPROC)egl.getProcAddress("eglQueryDeviceStringEXT");
    }
    return 0;
}

int eglDeviceList(EGLDeviceEXT *list, int max) {
    EGLint n = 0;
    if (!egl.queryDevices || !egl.queryDevices(max, list, &n)) return 0;
    return n;
}

const char *eglDeviceString(EGLDeviceEXT device, int name) {
    return egl.queryDeviceString ? egl.queryDeviceString(device, name) : 0;
}

// Opens a context of OpenGL 4.3 core or newer, or of whatever version there is, and makes it current without a surface.
// Platform 0 is the default display. Returns the stage that failed, or stageDone.
int eglContextOpen(int platform, void *native, bool anyVersion, EGLDisplay *display, EGLContext *context) {
    *context = EGL_NO_CONTEXT;
    *display = EGL_NO_DISPLAY;
    if (!platform)
        *display = egl.getDisplay(EGL_DEFAULT_DISPLAY);
    else if (egl.getPlatformDisplay)
        *display = egl.getPlatformDisplay(platform, native, 0);
    if (*display == EGL_NO_DISPLAY) return stageDisplay;
    if (!egl.initialize(*display, 0, 0)) return stageInitialize;
    if (!egl.bindAPI(EGL_OPENGL_API)) return stageBind;

    const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = 0; // EGL_NO_CONFIG_KHR, where there is none with a surface
    EGLint n = 0;
    if (!egl.chooseConfig(*display, wanted, &config, 1, &n) || n < 1) config = 0;
    const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, 4, EGL_CONTEXT_MINOR_VERSION, 3,
                              EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    const EGLint any[] = {EGL_NONE};
    *context = egl.createContext(*display, config, EGL_NO_CONTEXT, anyVersion ? any : version);
    if (*context == EGL_NO_CONTEXT) return stageCreate;
    if (!egl.makeCurrent(*display, EGL_NO_SURFACE, EGL_NO_SURFACE, *context)) return stageCurrent;
    return stageDone;
}

// The display stays initialized: it is one for the whole process, and other contexts may use it.
void eglContextClose(EGLDisplay display, EGLContext context) {
    if (context == EGL_NO_CONTEXT) return;
    egl.makeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    egl.destroyContext(display, context);
    egl.releaseThread();
}

int eglLastError(void) { return egl.getError(); }

void *eglProc(const char *name) {
    void *f = egl.getProcAddress(name);
    return f ? f : dlsym(library, name); // before EGL 1.5 only extensions are found by the former
}

const char *eglGLString(unsigned name) {
    const unsigned char *(*getString)(unsigned) = eglProc("glGetString");
    return getString ? (const char *)getString(name) : 0;
}
