"""Opens what Cytofield wrote with somebody else's reader and compares the numbers.

check.py FORMAT PATH WANT: WANT is JSON with shape (z, y, x), spacing, times, densities per
substrate and time (null inside impermeable tissue), and the cells per time.
"""
import json
import sys

import numpy as np


def same(got, want):
    np.testing.assert_array_equal(np.asarray(got, "f4"), np.asarray(want, "f4"))


def zarr(path, want):
    import zarr as reader

    group = reader.open_group(path, "r")
    about = group.attrs["multiscales"][0]
    assert [a["name"] for a in about["axes"]] == list("tczyx"), about["axes"]
    assert [a.get("unit") for a in about["axes"]] == ["second", None] + 3 * ["micrometer"], about["axes"]
    scale, place = about["datasets"][0]["coordinateTransformations"]
    assert scale["scale"][2:] == want["spacing"], scale
    assert place["translation"][2:] == [h / 2 for h in want["spacing"]], place
    assert [c["label"] for c in group.attrs["omero"]["channels"]] == want["names"]
    assert group.attrs["cytofield"]["times_s"] == want["times"]
    same(group["0"][:], want["tczyx"])
    for channel, values in zip(group.attrs["omero"]["channels"], np.moveaxis(want["tczyx"], 1, 0)):
        assert np.float32(channel["window"]["max"]) == np.float32(np.nanmax(values)), channel


def vti(path, want):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

    def read(reader, name):
        reader.SetFileName(path + "/" + name)
        reader.Update()
        return reader.GetOutput()

    for n, t in enumerate(want["times"]):
        image = read(vtkXMLImageDataReader(), f"fields_{n:04}.vti")
        assert image.GetFieldData().GetArray("TimeValue").GetValue(0) == t
        assert list(image.GetSpacing()) == want["spacing"][::-1], image.GetSpacing()
        for c, name in enumerate(want["arrays"]):
            values = vtk_to_numpy(image.GetCellData().GetArray(name))
            same(values.reshape(want["shape"]), want["tczyx"][n][c])
        cells = read(vtkXMLPolyDataReader(), f"cells_{n:04}.vtp")
        data = cells.GetPointData()
        assert cells.GetNumberOfVerts() == len(want["cells"][n]["id"])
        same(vtk_to_numpy(cells.GetPoints().GetData()), want["cells"][n]["position"])
        types = data.GetAbstractArray("type")
        assert [types.GetValue(i) for i in range(types.GetNumberOfValues())] == want["cells"][n]["type"]
        for name in ("id", "dead", "radius_um", want["column"]):
            same(vtk_to_numpy(data.GetArray(name)), want["cells"][n][name])
    import xml.etree.ElementTree as tree

    series = tree.parse(path + "/fields.pvd").iter("DataSet")
    assert [float(s.get("timestep")) for s in series] == want["times"]


def ome_tiff(path, want):
    import tifffile
    import xml.etree.ElementTree as tree

    with tifffile.TiffFile(path) as file:
        assert file.is_bigtiff and file.is_ome
        assert file.series[0].axes == "TCZYX", file.series[0].axes
        same(file.asarray(), want["tczyx"])
        ns = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"
        pixels = tree.fromstring(file.ome_metadata.encode()).find(f"{ns}Image/{ns}Pixels")
    assert [float(pixels.get("PhysicalSize" + a)) for a in "ZYX"] == want["spacing"]
    assert pixels.get("PhysicalSizeXUnit") == "µm"
    times = {int(p.get("TheT")): float(p.get("DeltaT")) for p in pixels.iter(ns + "Plane")}
    assert [times[i] for i in sorted(times)] == want["times"]
    names = [c.get("Name").rsplit(" (", 1)[0] for c in pixels.iter(ns + "Channel")]
    assert names == want["names"], names


def npz(path, want):
    arrays = np.load(path)
    for c, name in enumerate(want["names"]):
        same(arrays[name], want["tczyx"][:, c])
    assert list(arrays["times_s"]) == want["times"] and list(arrays["spacing_um"]) == want["spacing"]
    cells = want["cells"]
    for name, key in (("id", "id"), ("position_um", "position"), ("dead", "dead"), (want["column"], want["column"])):
        same(arrays["cells." + name], sum((c[key] for c in cells), []))
    assert list(arrays["cells.type"]) == sum((c["type"] for c in cells), [])


def csv(path, want):
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    rows = np.prod(want["shape"])
    table = table.reshape(len(want["times"]), rows, -1)
    same(table[:, 0, 0], want["times"])
    for c in range(len(want["names"])):
        same(table[:, :, 4 + c].reshape([-1] + want["shape"]), want["tczyx"][:, c])
    z, y, x = ((np.indices(want["shape"]).reshape(3, -1).T + 0.5) * want["spacing"]).T
    same(table[0, :, 1:4], np.stack([x, y, z], 1))


def multicellds(path, want):
    """Reads as pcdl does: everything by what the XML says."""
    import xml.etree.ElementTree as tree

    from scipy.io import loadmat

    for n, t in enumerate(want["times"]):
        root = tree.parse(f"{path}/output{n:08}.xml").getroot()
        assert float(root.find("metadata/current_time").text) * 60 == t
        domain = root.find("microenvironment/domain")
        axes = [np.array(domain.find(f"mesh/{a}_coordinates").text.split(" "), "f8") for a in "xyz"]
        mesh = loadmat(path + "/" + domain.find("mesh/voxels/filename").text)["mesh"]
        field = loadmat(path + "/" + domain.find("data/filename").text)["multiscale_microenvironment"]
        i, j, k = (np.abs(axis[:, None] - row).argmin(0) for axis, row in zip(axes, mesh))
        assert np.allclose(mesh[3], np.prod(want["spacing"]))
        for c, variable in enumerate(domain.iter("variable")):
            assert variable.get("name") == want["names"][c]
            same(field[4 + c], np.asarray(want["tczyx"][n][c])[k, j, i])
        data = root.find("cellular_information/cell_populations/cell_population/custom/simplified_data")
        matrix = loadmat(path + "/" + data.find("filename").text)["cells"]
        at = {label.text: (int(label.get("index")), int(label.get("size"))) for label in data.iter("label")}
        assert max(map(sum, at.values())) == len(matrix)
        types = {int(e.get("ID")): e.text for e in data.iter("type")}
        cells = want["cells"][n]
        same(matrix[at["position"][0]:][:3].T, cells["position"])
        assert [types[int(v)] for v in matrix[at["cell_type"][0]]] == cells["type"]
        for name, key in (("ID", "id"), ("dead", "dead"), ("radius", "radius_um"), (want["column"], want["column"])):
            same(matrix[at[name][0]], cells[key])
        graph = root.find("cellular_information/cell_populations/cell_population/custom/neighbor_graph/filename")
        with open(path + "/" + graph.text) as lines:
            touching = {int(a): sorted(map(int, filter(None, b.strip().split(",")))) for a, b in (l.split(":") for l in lines)}
        assert touching == {int(a): b for a, b in cells["touching"].items()}, touching


format, path, want = sys.argv[1:]
with open(want) as file:
    want = json.load(file)
want["tczyx"] = np.array(want["tczyx"], "f8").reshape([len(want["times"]), len(want["names"])] + want["shape"])
globals()[format.replace("-", "_")](path, want)
