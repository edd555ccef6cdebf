#include <stdbool.h>
#include <EGL/egl.h>
#include <EGL/eglext.h>

// The steps of opening a context, for telling which one failed.
enum { stageDisplay, stageInitialize, stageBind, stageCreate, stageCurrent, stageDone };

const char *eglLoad(void); // what is missing, or null
int eglDeviceList(EGLDeviceEXT *list, int max);
const char *eglDeviceString(EGLDeviceEXT device, int name);
int eglContextOpen(int platform, void *native, bool anyVersion, EGLDisplay *display, EGLContext *context);
void eglContextClose(EGLDisplay display, EGLContext context);
int eglLastError(void);
void *eglProc(const char *name);
const char *eglGLString(unsigned name);
