"""A real store with its real daemons for every test that asks for one."""
import pathlib

import pytest

from support import Site


def pytest_addoption(parser):
    parser.addoption("--build", required=True, help="meson build directory")
    parser.addoption("--no-fuse", action="store_true", help="leave out tests of the mount")
    parser.addoption("--kill-cycles", type=int, default=6,
                     help="how often each crash test kills the daemons")
    parser.addoption("--coherence-rounds", type=int, default=40,
                     help="how often each loop between the faces goes around; from 1,000 on the waits "
                          "for a stopped mount are tested to their end, which takes a lease more")


def pytest_configure(config):
    config.addinivalue_line("markers", "fuse: needs /dev/fuse")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--no-fuse"):
        kept = [item for item in items if "mount" not in item.fixturenames and
                "mounted_site" not in item.fixturenames and not item.get_closest_marker("fuse")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture
def new_site(request, tmp_path):
    """A function that makes stores of their own, stopped at the end of the test."""
    made = []

    def make(**options):
        site = Site(pathlib.Path(request.config.getoption("--build")),
                    tmp_path / f"site{len(made)}", **options)
        made.append(site)
        return site

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="module")
def site(request, tmp_path_factory):
    """A running store with an S3 endpoint, shared by the tests of a file."""
    shared = Site(pathlib.Path(request.config.getoption("--build")), tmp_path_factory.mktemp("site"))
    shared.start_s3d()
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def mounted_site(site):
    """The same with its mount."""
    site.start_fuse()
    return site


@pytest.fixture
def s3(site):
    return site.client()


@pytest.fixture
def bucket(site, s3, request):
    """An empty bucket of its own for each test."""
    name = site.new_bucket_name()
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def mount(mounted_site, bucket):
    """The bucket's directory in the mount."""
    return mounted_site.mount_point / bucket
