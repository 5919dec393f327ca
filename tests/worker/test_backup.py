"""Backup and restore at the tables: one moment, whole or not at all, and nothing made twice."""

from __future__ import annotations

import dataclasses
import os
import random
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from config.secrets import new_key
from connectors.contract import Changes, RemoteStatus
from connectors.errors import Unavailable
from models import migrations, queue, runs, snapshot
from models.db import Database
from models.listing import PRICE
from tests.worker.conftest import World
from tests.worker.fakes import _Verbs, source_product
from worker import backup, restore
from worker.restore import BadBackup

CODES = [f"OCOP-{n}" for n in range(1, 6)]


@pytest.fixture
def sold(world: World) -> World:
    """Five products on sale in a shop."""
    world.book.products = [source_product(code) for code in CODES]
    world.pull()
    world.connect()
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == 5
    return world


@pytest.fixture
def other(empty_database_url: str) -> Iterator[Database]:
    """An empty database."""
    database = Database(empty_database_url)
    yield database
    database.close()


def kept(world: World, tmp_path: Path, keys: str | None = None) -> Path:
    file = tmp_path / "backup.zip"
    folders = {"images": tmp_path / "images", "files": tmp_path / "files"}
    backup.write(world.env.db.engine, folders, file, world.time.at, keys)
    return file


def restored(world: World, other: Database, file: Path, tmp_path: Path, **how: bool) -> World:
    """The world as it goes on from the file, with the same marketplace."""
    home = tmp_path / "new"
    folders = {"images": home / "images", "files": home / "files"}
    restore.fill(other.engine, folders, restore.check(file), world.time.at, **how)
    return dataclasses.replace(world, env=dataclasses.replace(world.env, db=other))


def content(db: Database) -> dict[str, list[bytes]]:
    with snapshot.moment(db.engine) as connection:
        return {
            t.name: sorted(b"".join(snapshot.rows_out(connection, t)).splitlines())
            for t in snapshot.tables(connection)
        }


def test_every_table_comes_back_as_it_was(sold: World, other: Database, tmp_path: Path) -> None:
    before = content(sold.env.db)
    file = kept(sold, tmp_path)
    restored(sold, other, file, tmp_path)
    after = content(other)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"cursor", "event", "listing", "shop_lease"} & changed
    assert migrations.current(other.engine) == migrations.head()
    assert sum(map(len, before.values())) > 60


def test_it_shows_one_moment(sold: World) -> None:
    """Rows that are written while the tables are read are in none of them."""
    with snapshot.moment(sold.env.db.engine) as connection:
        found = {t.name: t for t in snapshot.tables(connection)}
        assert b"".join(snapshot.rows_out(connection, found["shop"])).count(b"\n") == 1
        sold.connect("Shop hai")
        for name in ("shop", "shop_credential"):
            rows = b"".join(snapshot.rows_out(connection, found[name]))
            assert rows.count(b"\n") == 1, name


def test_a_restored_shop_is_read_and_not_written(
    sold: World, other: Database, tmp_path: Path
) -> None:
    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    before = list(sold.market.journal)
    new.pull()
    new.sync()
    assert new.market.journal == before
    assert new.due() == 0
    assert new.sql("SELECT count(*) FROM listing WHERE read_full AND read_due_at IS NOT NULL") == [
        (0,)
    ]


def test_new_rows_follow_the_old_ones(sold: World, other: Database, tmp_path: Path) -> None:
    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    last = max(row[0] for row in sold.sql("SELECT id FROM event"))
    new.connect("Shop hai")
    new.sync()
    ids = [row[0] for row in new.sql("SELECT id FROM event ORDER BY id")]
    assert len(set(ids)) == len(ids)
    assert ids[-1] > last


def test_what_was_made_after_the_backup_is_not_made_again(
    sold: World, other: Database, tmp_path: Path
) -> None:
    """A product of the day between the backup and the loss: it stands in the shop, and nothing
    in the restored database knows of it."""
    file = kept(sold, tmp_path)
    sold.book.products.append(source_product("OCOP-9"))
    sold.pull()
    sold.sync()
    made = [sku for verb, _shop, sku in sold.market.journal if verb == "create"]
    new = restored(sold, other, file, tmp_path)
    new.pull()
    new.sync()
    assert [sku for verb, _shop, sku in new.market.journal if verb == "create"] == made
    assert set(new.market.on_sale("shop-mot")) == {f"{code}-100G" for code in [*CODES, "OCOP-9"]}
    assert new.due() == 0


def test_a_create_that_was_under_way_is_looked_up(
    sold: World, other: Database, tmp_path: Path
) -> None:
    """The snapshot falls between the intent and the answer; the item is made all the same."""
    files: list[Path] = []
    sold.book.products.append(source_product("OCOP-9"))
    sold.pull()
    sold.market.script["create"] = [lambda _row: files.append(kept(sold, tmp_path))]
    sold.sync()
    new = restored(sold, other, files[0], tmp_path)
    assert new.sql("SELECT count(*) FROM listing WHERE attempt_at IS NOT NULL") == [(1,)]
    new.time.forward(hours=1)
    new.pull()
    new.sync()
    made = [sku for verb, _shop, sku in new.market.journal if verb == "create"]
    assert len(made) == len(set(made)) == 6
    assert "OCOP-9-100G" in new.market.on_sale("shop-mot")
    assert new.due() == 0


def test_a_new_product_is_created_once_the_shop_was_looked_through(
    sold: World, other: Database, tmp_path: Path
) -> None:
    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    new.book.products.append(source_product("OCOP-9"))
    new.pull()
    new.sync()
    assert "OCOP-9-100G" in new.market.on_sale("shop-mot")


def test_a_claim_of_that_moment_is_unknown_and_goes_out_again(
    sold: World, other: Database, tmp_path: Path
) -> None:
    """The price was claimed, the call was under way: whether it was done nobody knows."""
    files: list[Path] = []
    sold.book.products[0] = source_product("OCOP-1", prices=(21000,))
    sold.pull()
    sold.market.script["set_price"] = [lambda _row: files.append(kept(sold, tmp_path))]
    sold.sync()
    new = restored(sold, other, files[0], tmp_path)
    (row,) = new.sql(
        "SELECT acked, claim_fence IS NOT NULL FROM listing_facet WHERE facet = 'price' AND due"
    )
    assert row == (None, True)
    assert new.sql("SELECT count(*) FROM shop_lease WHERE holder IS NOT NULL") == [(0,)]
    sent = len(new.market.writes("set_price"))
    new.sync()
    assert len(new.market.writes("set_price")) == sent + 1
    assert new.due() == 0


def test_a_late_writer_of_the_old_fence_writes_nothing(
    sold: World, other: Database, tmp_path: Path
) -> None:
    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    ((old,),) = new.sql("SELECT fence FROM shop_lease")
    new.book.products[0] = source_product("OCOP-1", prices=(21000,))
    new.pull()
    new.sync()
    ((now,),) = new.sql("SELECT fence FROM shop_lease")
    assert int(str(now)) > int(str(old))
    with other.transaction() as session:
        (shop,) = new.shops()
        assert queue.claim(session, shop.id or 0, int(str(old)), PRICE, 5, new.time.at) == []


def test_a_run_of_that_moment_has_failed_and_leaves_its_slot(
    sold: World, other: Database, tmp_path: Path
) -> None:
    with sold.env.db.transaction() as session:
        runs.begin(session, "certify", sold.time.at, slot="certify:2026-11-20", who="schedule")
    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    assert new.sql("SELECT status, slot FROM run WHERE kind = 'certify'") == [("failed", None)]
    with other.transaction() as session:
        again = runs.begin(
            session, "certify", sold.time.at, slot="certify:2026-11-20", who="schedule"
        )
    assert again is not None


def test_before_a_shop_was_looked_through_nothing_is_created_there(
    sold: World, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list cannot be read: that is a fault of the shop, and creates wait for it. What must
    come down does not."""

    def silent(*_anything: object) -> Changes:
        raise Unavailable("hỏng")

    new = restored(sold, other, kept(sold, tmp_path), tmp_path)
    new.book.products = [source_product("OCOP-9"), *new.book.products[1:]]
    new.pull()
    new.plan()
    made = new.market.writes("create")
    (shop,) = new.shops()
    with monkeypatch.context() as patch:
        patch.setattr(_Verbs, "changed_since", silent)
        assert new.drain(shop).why == "fault"
        assert new.market.writes("create") == made
        assert "OCOP-1-100G" not in new.market.on_sale("shop-mot")
    new.time.forward(hours=1)
    new.sync()
    assert [sku for _verb, _shop, sku in new.market.writes("create")[len(made) :]] == [
        "OCOP-9-100G"
    ]


# --- the place --------------------------------------------------------------------------------


def test_a_place_with_data_is_refused_unless_told(
    sold: World, other: Database, tmp_path: Path
) -> None:
    file = kept(sold, tmp_path)
    restored(sold, other, file, tmp_path)
    before = content(other)
    with pytest.raises(BadBackup, match="đã có dữ liệu"):
        restored(sold, other, file, tmp_path)
    assert content(other) == before
    sold.time.forward(days=1)
    restored(sold, other, file, tmp_path, replace=True)
    assert content(other)["product"] == before["product"]


def test_folders_with_files_are_a_place_with_data(
    sold: World, other: Database, tmp_path: Path
) -> None:
    file = kept(sold, tmp_path)
    (tmp_path / "new" / "images").mkdir(parents=True)
    (tmp_path / "new" / "images" / "x").write_text("x")
    with pytest.raises(BadBackup, match="images"):
        restored(sold, other, file, tmp_path)
    restored(sold, other, file, tmp_path, replace=True)
    assert not (tmp_path / "new" / "images" / "x").exists()


def test_a_database_in_use_is_refused(sold: World, other: Database, tmp_path: Path) -> None:
    file = kept(sold, tmp_path)
    with (
        other.engine.connect() as somebody,
        pytest.raises(BadBackup, match="đang dùng"),
    ):
        somebody.execute(text("SELECT 1"))
        restored(sold, other, file, tmp_path, replace=True)


def test_a_restore_that_fails_leaves_the_place_as_it_was(
    sold: World, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept(sold, tmp_path)

    def broken(*_anything: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("models.restored.settle", broken)
    with pytest.raises(RuntimeError):
        restored(sold, other, file, tmp_path)
    monkeypatch.undo()
    assert migrations.current(other.engine) is None
    assert list((tmp_path / "new").iterdir()) == []
    restored(sold, other, file, tmp_path)


# --- files ------------------------------------------------------------------------------------


def test_folders_come_back_and_what_is_passing_does_not(
    sold: World, other: Database, tmp_path: Path
) -> None:
    images, shop = tmp_path / "images", tmp_path / "files" / "shop-mot"
    images.mkdir()
    (shop / "public").mkdir(parents=True)
    (images / ("b" * 64)).write_bytes(b"\xff\xd8picture")
    (images / f"{'c' * 64}.7.part").write_bytes(b"half")
    (shop / "public" / "hàng hóa.csv").write_text("a,b\n")
    os.utime(shop / "public" / "hàng hóa.csv", ns=(7, 1_700_000_000_123_456_789))
    restored(sold, other, kept(sold, tmp_path), tmp_path)
    new = tmp_path / "new"
    found = {p.relative_to(new).as_posix() for p in new.rglob("*") if p.is_file()}
    assert found == {f"images/{'b' * 64}", "files/shop-mot/public/hàng hóa.csv"}
    assert (new / "images" / ("b" * 64)).read_bytes() == b"\xff\xd8picture"
    published = new / "files" / "shop-mot" / "public" / "hàng hóa.csv"
    assert published.stat().st_mtime_ns == 1_700_000_000_123_456_789


def test_a_small_database_that_is_being_written_is_copied_whole(
    sold: World, other: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "files" / "shop-mot"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "feed.sqlite3", isolation_level=None)) as writer:
        writer.execute("pragma journal_mode=wal")
        writer.execute("create table row (n)")
        writer.execute("insert into row values (1)")
        writer.execute("begin immediate")
        writer.execute("insert into row values (2)")
        file = kept(sold, tmp_path)
        writer.execute("commit")
    restored(sold, other, file, tmp_path)
    copy = tmp_path / "new" / "files" / "shop-mot" / "feed.sqlite3"
    with closing(sqlite3.connect(copy)) as reader:
        assert reader.execute("select n from row").fetchall() == [(1,)]


def test_the_file_is_for_us_alone_and_whole_or_not_there(sold: World, tmp_path: Path) -> None:
    file = kept(sold, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.glob(".*")] == []


def test_master_keys_are_in_it_only_when_asked_for(sold: World, tmp_path: Path) -> None:
    key = new_key()
    with zipfile.ZipFile(kept(sold, tmp_path)) as archive:
        assert not any("key" in name for name in archive.namelist() if "tables/" not in name)
    file = kept(sold, tmp_path, key)
    assert restore.check(file).keys() == key


# --- bad files --------------------------------------------------------------------------------


def test_a_damaged_file_is_never_taken_for_a_good_one(sold: World, tmp_path: Path) -> None:
    """Any byte changed: refused in words, or of no consequence (a time in the ZIP's headers)."""
    file = kept(sold, tmp_path)
    good, whole = restore.check(file).manifest, file.read_bytes()
    chance = random.Random(7)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        file.write_bytes(data)
        try:
            assert restore.check(file).manifest == good
        except BadBackup as error:
            assert str(file) in str(error)
            refused += 1
    assert refused > 200


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(sold: World, tmp_path: Path, share: float) -> None:
    file = kept(sold, tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadBackup, match="hỏng"):
        restore.check(file)


def test_a_part_that_is_not_the_one_that_was_written_is_refused(
    sold: World, tmp_path: Path
) -> None:
    """A ZIP that is whole, put together from two backups."""
    file = kept(sold, tmp_path)
    changed(file, swap={"tables/shop": b""})
    with pytest.raises(BadBackup, match=r"tables/shop.*không khớp"):
        restore.check(file)


def changed(file: Path, swap: Mapping[str, bytes] | None = None, **values: object) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | dict(swap or {})
    manifest = {**orjson.loads(members[backup.MANIFEST]), **values}
    members[backup.MANIFEST] = orjson.dumps(manifest)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.mark.parametrize("values", [{"format": 2}, {"revision": "9999_of_tomorrow"}])
def test_a_file_of_a_newer_program_says_so(
    sold: World, tmp_path: Path, values: dict[str, object]
) -> None:
    file = kept(sold, tmp_path)
    changed(file, **values)
    with pytest.raises(BadBackup, match=r"mới hơn.*cập nhật chương trình"):
        restore.check(file)


@pytest.mark.parametrize("name", ["files/../../evil", "/etc/evil", "files//x", "images/.."])
def test_no_name_leads_out_of_the_place(sold: World, tmp_path: Path, name: str) -> None:
    file = kept(sold, tmp_path)
    changed(file, parts={name: {"size": 0, "sha256": ""}})
    with pytest.raises(BadBackup, match="dẫn ra ngoài"):
        restore.check(file)


def test_another_zip_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(BadBackup, match="không phải bản sao lưu"):
        restore.check(file)
    with pytest.raises(BadBackup, match="không đọc được"):
        restore.check(tmp_path / "none.zip")


def test_an_older_backup_is_brought_up_to_date(
    sold: World, other: Database, tmp_path: Path
) -> None:
    """Made at the first revision, restored by this program."""
    migrations.upgrade(other.engine, "0001")
    file = tmp_path / "old.zip"
    backup.write(other.engine, {}, file, sold.time.at)
    assert restore.check(file).manifest.revision == "0001"
    restore.fill(other.engine, {}, restore.check(file), sold.time.at)
    assert migrations.current(other.engine) == migrations.head()


def test_a_shop_that_went_down_meanwhile_is_seen(
    sold: World, other: Database, tmp_path: Path
) -> None:
    """What somebody did in the shop since the backup is found, and mended."""
    file = kept(sold, tmp_path)
    (item, *_rest) = sold.market.items.values()
    item.status = RemoteStatus.UNLISTED
    new = restored(sold, other, file, tmp_path)
    new.sync()
    assert item.status is RemoteStatus.LIVE
