"""The kind of a product, by the words that producers write."""

from __future__ import annotations

import pytest

from worker.kinds import kind_of


@pytest.mark.parametrize(
    ("group", "name", "description", "life", "kind"),
    [
        ("thuc-pham", "Mỳ gạo Chũ", "Làm từ gạo, phơi khô.", "12 tháng", "dry"),
        ("do-uong", "Rượu làng Vân", "Đồ uống có cồn.", "Không quy định", "alcohol"),
        ("thuc-pham", "Giò lụa", "cần vận chuyển lạnh", "30 ngày (bảo quản 0-4°C)", "chilled"),
        ("thuc-pham", "Bún tươi sạch Đa Mai", "", "24 giờ", "chilled"),
        ("thuc-pham", "Vải thiều Lục Ngạn", "Vải tươi bán theo mùa", "7 ngày", "fresh"),
        ("thuc-pham", "Trứng gà đồi", "", "21 ngày", "eggs"),
        ("thuc-pham", "Gà đồi Yên Thế sống", "Vật nuôi sống", "Không áp dụng", "live_animal"),
        ("duoc-lieu", "Đông trùng hạ thảo khô", "Nấm sấy khô", "18 tháng", "herbs"),
        ("duoc-lieu", "Tinh dầu sả", "", "36 tháng", "essential_oil"),
        ("thu-cong-my-nghe", "Chổi chít", "", "Không áp dụng", "craft"),
        ("du-lich", "Điểm du lịch", "", "Không áp dụng", "tourism"),
        ("sinh-vat-canh", "Hoa lan", "", "Không áp dụng", "plant"),
    ],
)
def test_kind(group, name, description, life, kind):
    assert kind_of(group, name, description, life) == kind
