package window

import (
	"math"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/render"
)

// camera is which part of the plane the canvas shows.
type camera struct {
	fit          bool       // all of it
	x, y         float64    // µm of the plane in the middle of the canvas
	zoom         float64    // pixels per µm
	corner, size imgui.Vec2 // of the part of the canvas that nothing else is written on, pixels
}

// canvas is where the tissue is drawn, pixels.
type canvas struct{ corner, size imgui.Vec2 }

// inside returns the part that captions, tools and the colour bar leave free.
func (c canvas) inside(scale float32) (corner, size imgui.Vec2) {
	left, right, top, bottom := 58*scale, 104*scale, 62*scale, 58*scale
	return imgui.NewVec2(c.corner.X+left, c.corner.Y+top), imgui.NewVec2(c.size.X-left-right, c.size.Y-top-bottom)
}

// holds reports whether a pixel lies in it.
func (c canvas) holds(at imgui.Vec2) bool {
	return at.X >= c.corner.X && at.X < c.corner.X+c.size.X && at.Y >= c.corner.Y && at.Y < c.corner.Y+c.size.Y
}

// frame takes a part of the canvas, and where all is to be seen, places the plane in it.
func (c *camera) frame(corner, size imgui.Vec2, p *render.Plane) {
	c.corner, c.size = corner, size
	width, height := p.Size()
	whole := math.Max(math.Min(float64(size.X)/width, float64(size.Y)/height), 1e-6)
	if c.fit {
		c.x, c.y, c.zoom = width/2, height/2, whole
	}
	c.zoom = min(max(c.zoom, whole/4), 200/min(p.Spacing[0], p.Spacing[1]))
}

// pixel returns where a place of the plane is on the screen.
func (c *camera) pixel(x, y float64) imgui.Vec2 {
	return imgui.NewVec2(c.corner.X+c.size.X/2+float32((x-c.x)*c.zoom), c.corner.Y+c.size.Y/2-float32((y-c.y)*c.zoom))
}

// place returns what place of the plane is at a pixel, µm.
func (c *camera) place(at imgui.Vec2) (x, y float64) {
	return c.x + float64(at.X-c.corner.X-c.size.X/2)/c.zoom, c.y - float64(at.Y-c.corner.Y-c.size.Y/2)/c.zoom
}

// pan moves the plane by pixels.
func (c *camera) pan(by imgui.Vec2) {
	c.fit = false
	c.x -= float64(by.X) / c.zoom
	c.y += float64(by.Y) / c.zoom
}

// enlarge zooms so that what is at a pixel stays there.
func (c *camera) enlarge(factor float64, at imgui.Vec2) {
	c.fit = false
	x, y := c.place(at)
	c.zoom *= factor
	x2, y2 := c.place(at)
	c.x += x - x2
	c.y += y - y2
}
